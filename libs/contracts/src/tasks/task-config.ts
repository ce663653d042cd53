import { z } from 'zod';
import { DATASET_KINDS, ENGINES } from '../catalog.js';
import { EXPORT_FORMATS } from '../models/model-names.js';
import { faultsSchema } from '../run-config/run-config.js';

/**
 * Work of the fleet that is neither a training nor an evaluation: it takes one slot, goes through the same admission, and ends with a result.
 * What a task works on is said in `work`; the row that it belongs to (a data set, a model) waits for its end.
 */
const datasetValidation = z.strictObject({
  task: z.literal('dataset.validate'),
  /** `dts_...`: the version of the data set that waits. */
  datasetId: z.string(),
  path: z.string(),
  kind: z.enum(DATASET_KINDS),
  /** True: every image is decoded, not only read. */
  decode: z.boolean(),
});
const modelImport = z.strictObject({
  task: z.literal('model.import'),
  /** `mdl_...`: the model that waits. */
  modelId: z.string(),
  /** Files as the workers see them. */
  path: z.string(),
  epoch: z.number().int().min(0).max(9999).optional(),
  /** The copy goes into a folder of its attempt below this one, relative to the storage root. */
  folder: z.string(),
});
const modelExport = z.strictObject({
  task: z.literal('model.export'),
  modelId: z.string(),
  /** The stored model, relative to the storage root. */
  folder: z.string(),
  format: z.enum(EXPORT_FORMATS),
  /** The files go into a folder of their attempt below this one, relative to the storage root. */
  to: z.string(),
});
const modelRemoval = z.strictObject({
  task: z.literal('model.remove'),
  /** Deleted models with all folders that they may have left, relative to the storage root. */
  models: z
    .array(z.strictObject({ id: z.string(), folders: z.array(z.string()).min(1).max(8) }))
    .min(1)
    .max(100),
});

export const taskWorkSchema = z.discriminatedUnion('task', [datasetValidation, modelImport, modelExport, modelRemoval]);
export type TaskWork = z.output<typeof taskWorkSchema>;
export type TaskName = TaskWork['task'];
export type WorkOf<T extends TaskName> = Extract<TaskWork, { task: T }>;

/** What travels in the job. */
export const taskConfigSchema = z.strictObject({
  work: taskWorkSchema,
  labels: z.record(z.string(), z.string()).default({}),
  ranks: z.strictObject({ min: z.literal(1), max: z.literal(1) }).prefault({ min: 1, max: 1 }),
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  faults: faultsSchema.prefault({ maxRestarts: 1, graceMs: 5_000 }),
});
export type TaskConfig = z.output<typeof taskConfigSchema>;
