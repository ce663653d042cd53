import { z } from 'zod';
import { workerFile } from '../run-config/data.js';
import { labelsSchema } from '../labels.js';
import { modelNameSchema } from './model-names.js';

const description = z.string().max(4000);

/** Body of `POST /models/import`. */
export const importModelSchema = z.strictObject({
  /** A model as the workers see it: a folder, a prefix (`.../model,1`) or a file of any readable kind. */
  path: workerFile,
  epoch: z.number().int().min(0).max(9999).optional(),
  name: modelNameSchema,
  labels: labelsSchema.default({}),
  description: description.default(''),
});
export type ImportModel = z.output<typeof importModelSchema>;

/** Body of `PATCH /models/:id`. Labels are replaced as a whole. */
export const updateModelSchema = z
  .strictObject({ labels: labelsSchema.optional(), description: description.optional() })
  .refine((change) => Object.keys(change).length > 0, 'must change something: labels or description');
export type UpdateModel = z.output<typeof updateModelSchema>;
