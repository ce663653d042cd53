import { z } from 'zod';
import { DATASET_KINDS, NETWORK_NAMES, OUTPUTS } from '../catalog.js';
import { datasetRefSchema } from '../datasets/dataset-ref.js';
import { pinnedDatasetFields } from '../datasets/pinned-dataset.js';
import { modelRefSchema } from '../models/model-names.js';
import { count, probability } from './numbers.js';

const S3_ADDRESS = /^s3:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](?:\/|$)/;

/** A path as the workers see it: absolute, or `s3://bucket/prefix`. The patterns are for the document, which cannot say functions. */
export const workerPath = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    (path) => (path.startsWith('/') || S3_ADDRESS.test(path)) && !path.includes('\0'),
    'must be an absolute path on the workers or s3://bucket/prefix',
  )
  .meta({ pattern: String.raw`^(/[^\x00]*|s3://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](/[^\x00]*)?)$` });

/** A path on the workers' own file systems: what is read from there alone. */
export const workerFile = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    (path) => path.startsWith('/') && !path.includes('\0'),
    'must be an absolute path on the workers; this is not read from s3://',
  )
  .meta({ pattern: String.raw`^/[^\x00]*$` });

/**
 * Random changes of the training images, all off by default. In this order, after the mirror: those of arcface_torch's DALI
 * pipeline, then those of InsightFace.
 */
export const augmentationSchema = z.strictObject({
  /** Probability of making an image smaller, to 50 to 79 % of its side, and back. arcface_torch's `dali_aug`: 0.1. */
  resize: probability.default(0),
  /** Probability of a Gaussian blur over 3 or 5 pixels. `dali_aug`: 0.2. */
  blur: probability.default(0),
  /** Probability of turning the hue by 0 to 20 degrees and raising the saturation by up to 20 %. `dali_aug`: 0.2. */
  hsv: probability.default(0),
  /** Probability of taking the colours away. `dali_aug`: 0.1. */
  grey: probability.default(0),
  /** Probability of a JPEG encoding at a quality of 2 to 20. InsightFace's `data_color` 2: 0.5. */
  jpeg: probability.default(0),
  /** Brightness, contrast and saturation, in random order, each by a factor of 1 - that to 1 + that. `data_color` 1 and 2: 0.125. */
  colorJitter: probability.default(0),
  /** Side in pixels of a square at a random place that is filled with 128, with probability 0.5. InsightFace's `data_cutoff`. */
  cutoff: z.number().int().min(0).max(4096).default(0),
});
export type AugmentationConfig = z.output<typeof augmentationSchema>;

const datasetUse = {
  /** Size in pixels to which a folder of images is decoded; default 112. A recorded set says its own. */
  height: z.number().int().min(8).max(4096).optional(),
  width: z.number().int().min(8).max(4096).optional(),
  /** Mirror each image with probability 0.5. */
  mirror: z.boolean().default(true),
  augmentation: augmentationSchema.prefault({}),
  /** Identities with fewer images are left out; labels stay as they are. InsightFace's `data_images_filter`. */
  minImagesPerIdentity: z.number().int().min(0).max(1_000_000).default(0),
  /** Threads that decode, per rank. Default: the rank's share of the cores, at most 4. */
  workers: z.number().int().min(1).max(256).optional(),
  /** Batches that are decoded ahead of the one that is computed on. */
  prefetch: z.number().int().min(1).max(64).default(2),
};

/** What a run trains on. */
export const datasetSchema = z.strictObject({
  kind: z.enum(DATASET_KINDS).default('faces_emore'),
  /** The folder. */
  path: workerPath,
  ...datasetUse,
  ...pinnedDatasetFields,
});

/** What a client says: a folder, or a registered data set, which knows its folder and kind. */
export const requestedDatasetSchema = z
  .strictObject({
    kind: z.enum(DATASET_KINDS).optional(),
    path: workerPath.optional(),
    ref: datasetRefSchema.optional(),
    ...datasetUse,
  })
  .superRefine(({ path, ref }, context) => {
    const issue = (field: string, message: string): void => context.addIssue({ code: 'custom', path: [field], message });
    if (path === undefined && ref === undefined) issue('path', 'is required, or ref: a registered data set');
    if (path !== undefined && ref !== undefined) issue('ref', 'must be left out where path is given');
  });

export const networkSchema = z.strictObject({
  name: z.enum(NETWORK_NAMES).default('y1'),
  /** Defaults to the network's own size. */
  embeddingSize: z.number().int().min(8).max(2048).optional(),
  /** Output layers by InsightFace's code; defaults to the network's own. */
  output: z.enum(OUTPUTS).optional(),
  /** Drop rate where the output layers have dropout; defaults to the network's own. */
  dropout: z.number().min(0).max(0.95).optional(),
  /** Squeeze-and-excitation in the residual units of the r networks. */
  squeezeExcitation: z.boolean().default(false),
  /** Factor on pixels less 127.5; defaults to the network's own. 1/127.5 goes on with weights of arcface_torch. */
  pixelScale: z.number().positive().max(1).optional(),
  /** Epsilon of every batch norm of an r network or a MobileFaceNet; defaults to the network's own. */
  epsilon: z.number().positive().max(0.1).optional(),
  /** True: the backbone is not trained, only the head is; its batch norms use their running statistics. */
  frozen: z.boolean().default(false),
});

const pretrainedUse = {
  /** Number in the file name, where the path is a prefix. */
  epoch: z.number().int().min(0).max(9999).optional(),
  /** True: only the body is taken and the output layers start anew, so that embedding size and output may differ. */
  newOutput: z.boolean().default(false),
};

/** Where the backbone starts from; class centers always start anew. */
export const pretrainedSchema = z
  .strictObject({
    /** Files as the workers see them; of a stored model its folder, relative to the storage root. */
    path: z.string().min(1).max(4096),
    ...pretrainedUse,
    /** The stored model that was meant when the run was created: its id, and `name@version`. */
    modelId: z.string().max(64).optional(),
    model: z.string().max(100).optional(),
  })
  .superRefine(({ path, modelId }, context) => {
    if (modelId !== undefined) return;
    for (const { message } of workerFile.safeParse(path).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: ['path'], message });
    }
  });
export type Pretrained = z.output<typeof pretrainedSchema>;

/** What a client says: files, or a stored model, which is looked up once. */
export const requestedPretrainedSchema = z
  .strictObject({
    /** Folder of a model, or the prefix of its files as InsightFace writes it (`.../model`, or `.../model,1`). */
    path: workerFile.optional(),
    /** A stored model: `mdl_...`, `name@alias` or `name@version`. */
    model: modelRefSchema.optional(),
    ...pretrainedUse,
  })
  .superRefine(({ path, model, epoch }, context) => {
    const issue = (field: string, message: string): void => context.addIssue({ code: 'custom', path: [field], message });
    if (path === undefined && model === undefined) issue('path', 'is required, or model: a stored model');
    if (path !== undefined && model !== undefined) issue('model', 'must be left out where path is given');
    if (epoch !== undefined && model !== undefined) issue('epoch', 'must be left out where model is given');
  });

export const batchSchema = z.strictObject({
  /** Images per step over all ranks and micro-batches; must be divisible by `bnGroupSize` x `accumulationSteps` x ranks. */
  globalBatchSize: count.default(64),
  /** Micro-batches into which a rank cuts its share: the same step with less memory. */
  accumulationSteps: z.number().int().min(1).max(4096).default(1),
  /** Batch norm normalises over fixed groups of that many consecutive samples of the global batch. Default: one micro-batch at ranks.max. */
  bnGroupSize: count.optional(),
});
