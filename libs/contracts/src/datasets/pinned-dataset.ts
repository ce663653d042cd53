import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A file of a data set, or all its images together, as far as it can be told without reading images. */
export const datasetFileSchema = z.strictObject({
  /** Of the file; `images` of a folder of identities: all its images. */
  name: z.string().max(300),
  sizeBytes: z.number().int().min(0),
  /** Of `property` and `train.idx` their bytes, of `images` their names and sizes; null: only the size is compared. */
  sha256: sha256.nullable(),
});
export type DatasetFile = z.output<typeof datasetFileSchema>;

/** The version of a registered data set that a run was made for. */
export const pinnedDatasetFields = {
  /** `name@digest`. */
  ref: z.string().max(200).optional(),
  datasetId: z.string().max(64).optional(),
  digest: sha256.optional(),
  /** What the ranks compare when they open the data. */
  fingerprint: sha256.optional(),
  /** What the fingerprint was made of, to say what differs. */
  files: z.array(datasetFileSchema).max(200).optional(),
};

/** The same for an evaluation, which has no data set of its own otherwise. */
export const pinnedDatasetSchema = z.strictObject({
  ref: z.string().max(200),
  datasetId: z.string().max(64),
  path: z.string().max(4096),
  kind: z.enum(['faces_emore', 'image_folder']),
  digest: sha256,
  fingerprint: sha256,
  files: z.array(datasetFileSchema).max(200),
});
export type PinnedDataset = z.output<typeof pinnedDatasetSchema>;
