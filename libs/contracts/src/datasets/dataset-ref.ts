import { z } from 'zod';
import { NAME, NAME_PATTERN } from '../names.js';

const NAME_RULE = 'must be 1 to 63 of a-z, 0-9, dot, _ and -, begin with a letter or digit, and not with dts_';
const REF_RULE = 'must be the id of a data set (dts_...), its name, or name@ and at least the first 8 hex digits of its digest';

// The patterns stand in the document, and not every language of a client has lookaheads: what begins with `dts_` is checked beside them.
const REF = new RegExp(`^(${NAME_PATTERN})(?:@([0-9a-f]{8,64}))?$`);
const ID = /^dts_[0-9a-z]{20}$/;

/** `dts_` begins ids: a name that looked like one could not be told from it. */
export const datasetNameSchema = z
  .string()
  .regex(NAME, { error: NAME_RULE, abort: true })
  .refine((name) => !name.startsWith('dts_'), NAME_RULE);

/** Names a registered data set: its id, its name (the version that was validated last), or `name@` and 8 to 64 hex digits of its digest. */
export const datasetRefSchema = z
  .string()
  .regex(REF, { error: REF_RULE, abort: true })
  .refine((text) => parseDatasetRef(text) !== null, REF_RULE);

/** What a reference says. */
export type DatasetRef = { readonly id: string } | { readonly name: string; readonly digest: string | null };

/** @returns null for what is no reference */
export function parseDatasetRef(text: string): DatasetRef | null {
  if (ID.test(text)) return { id: text };
  const [, name, digest = null] = REF.exec(text) ?? [];
  return name === undefined || name.startsWith('dts_') ? null : { name, digest };
}
