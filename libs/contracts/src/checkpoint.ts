import { z } from 'zod';

export const fileEntrySchema = z.strictObject({
  /** Relative to the checkpoint's folder. */
  path: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sizeBytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

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
});
export type CheckpointManifest = z.output<typeof checkpointManifestSchema>;
export type FileEntry = z.output<typeof fileEntrySchema>;
