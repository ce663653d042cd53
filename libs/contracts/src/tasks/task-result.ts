import { z } from 'zod';
import { fileEntrySchema } from '../checkpoint.js';

const count = z.number().int().min(0);

/** What a whole look at a data set found. */
export const datasetFactsSchema = z.strictObject({
  images: count,
  identities: count,
  width: count,
  height: count,
  imageBytes: count,
  perIdentity: z.strictObject({ min: count, median: z.number().min(0), max: count, empty: count }),
  /** Verification sets inside, by name. */
  targets: z.record(z.string().max(64), z.strictObject({ pairs: count, same: count })),
  /** SHA-256 over the image records in the order of their keys: what `data inspect` prints. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 over names, sizes and the index: cheap enough for every start of a run to notice that files have changed. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DatasetFacts = z.output<typeof datasetFactsSchema>;

/** A broken record or file, as `data validate` lists it. */
export const datasetProblemSchema = z.strictObject({ where: z.string().max(500), message: z.string().max(1000) });

export const taskResultSchema = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('dataset.validate'),
    /** null: it cannot be used; `problems` say why. */
    facts: datasetFactsSchema.nullable(),
    numProblems: count,
    /** The first 100. */
    problems: z.array(datasetProblemSchema).max(100),
  }),
  z.strictObject({
    task: z.literal('model.import'),
    /** null: the file does not say. */
    network: z.string().max(64).nullable(),
    embeddingSize: z.number().int().min(1).max(65_536),
    /** Of the files that came. */
    format: z.string().max(64),
    /** Where they lie, relative to the storage root: a folder of the attempt, so that nobody else writes there. */
    folder: z.string().max(300),
    files: z.array(fileEntrySchema).min(1).max(16),
  }),
  z.strictObject({
    task: z.literal('model.export'),
    folder: z.string().max(300),
    files: z.array(fileEntrySchema).min(1).max(16),
  }),
  z.strictObject({ task: z.literal('model.remove'), removed: z.array(z.string().max(64)).max(100) }),
]);
export type TaskResult = z.output<typeof taskResultSchema>;
export type TaskResultOf<T extends TaskResult['task']> = Extract<TaskResult, { task: T }>;
