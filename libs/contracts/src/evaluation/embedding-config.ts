import { z } from 'zod';
import { ENGINES } from '../catalog.js';
import { faultsSchema } from '../run-config/run-config.js';
import { resolvedModelSchema } from './evaluation-config.js';

/** A face of a few hundred pixels; trying a model needs no more. */
const MAX_IMAGE_BASE64 = 1_400_000;
const MAX_IMAGES = 16;
/** Pixels of one image: those of a phone's photo. A small file can claim far more, and they are decoded before the face is cut out. */
export const MAX_IMAGE_PIXELS = 16_000_000;

const point = z.tuple([z.number().min(-10_000).max(10_000), z.number().min(-10_000).max(10_000)]);

export const embeddingImageSchema = z.strictObject({
  /** JPEG or PNG, base64. */
  data: z.base64().min(4).max(MAX_IMAGE_BASE64),
  /** Left eye, right eye, nose, left and right corner of the mouth, in pixels: the face is aligned by them. */
  landmarks: z.tuple([point, point, point, point, point]).optional(),
});

/** Body of `POST /models/:id/embeddings`. */
export const createEmbeddingsSchema = z.strictObject({
  images: z.array(embeddingImageSchema).min(1).max(MAX_IMAGES),
  /** What to do with an image that is neither of the model's size nor has landmarks. */
  unaligned: z.enum(['refuse', 'crop']).default('refuse'),
  /** Add the embedding of the mirrored image. */
  flip: z.boolean().default(true),
  /** Scale to length 1. */
  normalize: z.boolean().default(true),
});
export type CreateEmbeddings = z.output<typeof createEmbeddingsSchema>;

/** What travels in the job; the images leave Postgres when it ends. */
export const embeddingConfigSchema = createEmbeddingsSchema.extend({
  model: resolvedModelSchema,
  labels: z.record(z.string(), z.string()).default({}),
  ranks: z.strictObject({ min: z.literal(1), max: z.literal(1) }).prefault({ min: 1, max: 1 }),
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  faults: faultsSchema.prefault({ maxRestarts: 1, graceMs: 1_000 }),
});
export type EmbeddingConfig = z.output<typeof embeddingConfigSchema>;

/** One row per image, in order. */
export const embeddingResultSchema = z.strictObject({
  embeddings: z.array(z.array(z.number()).min(1).max(2048)).min(1).max(MAX_IMAGES),
  warnings: z.array(z.string().max(500)).max(64),
});
export type EmbeddingResult = z.output<typeof embeddingResultSchema>;
