import { z } from 'zod';

export const fileEntrySchema = z.strictObject({
  /** Relative to the checkpoint's folder. */
  path: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sizeBytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Mean accuracy on each verification target, in the order of the targets (which an object would lose in Postgres). */
export const accuraciesSchema = z.array(z.strictObject({ target: z.string().max(64), accuracy: z.number().min(0).max(1) }));
export type Accuracies = z.output<typeof accuraciesSchema>;

/** The best model of a run so far. */
export const bestModelSchema = z.strictObject({
  step: z.number().int().min(0),
  /** Where it lies if the run's policy stored it, relative to the storage root. */
  folder: z.string(),
  accuracies: accuraciesSchema,
});
export type BestModel = z.output<typeof bestModelSchema>;

/** A checkpoint exists once its manifest was accepted by `results`; the manifest names every file with its checksum. */
export const checkpointManifestSchema = z.strictObject({
  version: z.literal(1),
  runId: z.string(),
  generation: z.number().int().min(1),
  /** Optimizer updates done. */
  step: z.number().int().min(0),
  worldSize: z.number().int().min(1),
  numClasses: z.number().int().min(1),
  /** Folder, relative to the storage root. */
  folder: z.string(),
  /** Rows of W per rank: `[classStart, numLocalClasses]`. */
  shards: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
  files: z.array(fileEntrySchema).min(1),
  /** SHA-256 over the backbone parameters, equal on all ranks. */
  backboneHash: z.string(),
  /** So that a resumed run knows what it must beat. */
  best: bestModelSchema.nullable().default(null),
});
export type CheckpointManifest = z.output<typeof checkpointManifestSchema>;
export type FileEntry = z.output<typeof fileEntrySchema>;
