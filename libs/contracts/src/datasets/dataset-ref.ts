import { z } from 'zod';

/** `dts_` begins ids: a name that looked like one could not be told from it. */
export const datasetNameSchema = z
  .string()
  .regex(
    /^(?!dts_)[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, dot, _ and -, begin with a letter or digit, and not with dts_',
  );

const REF = /^(?:(dts_[0-9a-z]{20})|((?!dts_)[a-z0-9][a-z0-9._-]{0,62})(?:@([0-9a-f]{8,64}))?)$/;

/** Names a registered data set: its id, its name (the version that was validated last), or `name@` and 8 to 64 hex digits of its digest. */
export const datasetRefSchema = z
  .string()
  .regex(REF, 'must be the id of a data set (dts_...), its name, or name@ and at least the first 8 hex digits of its digest');

/** What a reference says. */
export type DatasetRef = { readonly id: string } | { readonly name: string; readonly digest: string | null };

/** @returns null for what is no reference */
export function parseDatasetRef(text: string): DatasetRef | null {
  const [, id, name, digest = null] = REF.exec(text) ?? [];
  if (id !== undefined) return { id };
  return name === undefined ? null : { name, digest };
}
