import { z } from 'zod';
import { labelsSchema } from '../labels.js';
import { modelAliasSchema, modelNameSchema } from './model-names.js';

/** Which stored models are meant, now and later: whoever comes to fit is among them, too. */
export const modelSelectorSchema = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({
    ids: z
      .array(z.string().regex(/^mdl_[0-9a-z]{20}$/))
      .min(1)
      .max(1000),
  }),
  /** Those that carry all of these. */
  z.strictObject({ labels: labelsSchema.refine((labels) => Object.keys(labels).length > 0, 'must have an entry') }),
  /** Who holds the alias: of one name, or of every name. */
  z.strictObject({ alias: modelAliasSchema, name: modelNameSchema.optional() }),
]);
export type ModelSelector = z.output<typeof modelSelectorSchema>;
