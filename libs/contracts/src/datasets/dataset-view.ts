import { z } from 'zod';
import { DATASET_KINDS } from '../catalog.js';
import { labelsSchema } from '../labels.js';
import { workerPath } from '../run-config/data.js';
import { RUN_STATUSES } from '../statuses.js';
import { datasetFactsSchema, datasetProblemSchema } from '../tasks/task-result.js';
import { datasetNameSchema } from './dataset-ref.js';

/**
 * `validating`: a worker reads it. `ready`: runs may refer to it. `invalid`: something in it is broken. `failed`: the validation did not
 * come to its end. `duplicate`: another row of the name has the same images; see `duplicateOf`.
 */
export const DATASET_STATES = ['validating', 'ready', 'invalid', 'failed', 'duplicate'] as const;
export type DatasetState = (typeof DATASET_STATES)[number];

const description = z.string().max(2000);

/** Body of `POST /datasets`. */
export const registerDatasetSchema = z.strictObject({
  name: datasetNameSchema,
  /** The folder as the workers see it. */
  path: workerPath,
  kind: z.enum(DATASET_KINDS).default('faces_emore'),
  /** False: images are read but not decoded, which takes most of the time. */
  decode: z.boolean().default(true),
  labels: labelsSchema.default({}),
  description: description.default(''),
});
export type RegisterDataset = z.output<typeof registerDatasetSchema>;

/** Body of `PATCH /datasets/:id`: what is left out stays. */
export const changeDatasetSchema = z.strictObject({ labels: labelsSchema.optional(), description: description.optional() });
export type ChangeDataset = z.output<typeof changeDatasetSchema>;

const time = z.iso.datetime();

export const datasetViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** `name@digest`: what a run pins; null until it is known. */
  ref: z.string().nullable(),
  state: z.enum(DATASET_STATES),
  path: z.string(),
  kind: z.enum(DATASET_KINDS),
  decode: z.boolean(),
  labels: z.record(z.string(), z.string()),
  description: z.string(),
  /** What the validation found; null: not yet, or nothing that could be used. */
  facts: datasetFactsSchema.nullable(),
  digest: z.string().nullable(),
  /** What is broken, the first 100 (3 in a list); of a validation that failed, why. */
  problems: z.array(datasetProblemSchema),
  numProblems: z.number().int(),
  /** Id of the version that has the same images under this name. */
  duplicateOf: z.string().nullable(),
  /** Its last validation. */
  taskId: z.string(),
  /** Changes with each edit; the ETag. */
  revision: z.number().int(),
  createdAt: time,
  validatedAt: time.nullable(),
  urls: z.object({ self: z.string(), task: z.string() }),
});
export type DatasetView = z.output<typeof datasetViewSchema>;

/** Answer to `GET /datasets/:ref`. */
export const datasetDetailsSchema = datasetViewSchema.extend({
  /** Trainings and evaluations that referred to it, the newest 20. */
  runs: z.array(
    z.object({ id: z.string(), kind: z.enum(['training', 'evaluation']), status: z.enum(RUN_STATUSES), createdAt: time }),
  ),
});
export type DatasetDetails = z.output<typeof datasetDetailsSchema>;

/** Answer to `GET /datasets`: newest first. */
export const datasetListSchema = z.object({ datasets: z.array(datasetViewSchema), next: z.string().nullable() });
export type DatasetList = z.output<typeof datasetListSchema>;
