import { z } from 'zod';
import type { RunConfig } from '../run-config/run-config.js';
import { worldSizesOf } from '../run-config/world-sizes.js';
import { estimateMemory } from './estimate-memory.js';
import { estimateSteps, estimateTime, type MeasuredSpeed } from './estimate-time.js';

/** Bytes, whole. */
const bytes = z.number().min(0).nullable();

export const rankMemorySchema = z.object({
  backboneParameters: bytes,
  backboneGradients: bytes,
  backboneOptimizer: bytes,
  backboneAverage: bytes,
  classCenters: bytes,
  classCentersOptimizer: bytes,
  sampledCenters: bytes,
  logits: bytes,
  exchangedFeatures: bytes,
  images: bytes,
  activations: bytes,
  total: bytes,
});

/** How many of what the data set has. */
export const DATASET_SIZE_SOURCES = ['request', 'dataset', 'recipe'] as const;
const datasetSizeSchema = z.object({
  identities: z.number().int().nullable(),
  images: z.number().int().nullable(),
  /** `request`: the query said so; `dataset`: the registered data set; `recipe`: the set of the recipe's published numbers; null: not known. */
  from: z.enum(DATASET_SIZE_SOURCES).nullable(),
});
export type DatasetSize = z.output<typeof datasetSizeSchema>;

/** What a run would need. null stands for what is not known. */
export const estimateSchema = z.object({
  dataset: datasetSizeSchema,
  steps: z.number().int().nullable(),
  /** One entry per number of ranks that the run may get, the largest first. */
  ranks: z.array(
    z.object({
      worldSize: z.number().int(),
      batchPerRank: z.number().int(),
      /** Of one rank, in bytes, for faces of 112 x 112. */
      memory: rankMemorySchema,
      /** By the speed of earlier runs of the same network, engine, ranks and batch. */
      time: z.object({
        engine: z.string().nullable(),
        samplesPerSecond: z.number().nullable(),
        runs: z.number().int(),
        seconds: z.number().nullable(),
      }),
    }),
  ),
});
export type Estimate = z.output<typeof estimateSchema>;

/** Answer to `POST /runs?validate=true`. */
export const dryRunSchema = z.object({
  valid: z.literal(true),
  /** The resolved configuration. */
  config: z.record(z.string(), z.unknown()),
  estimate: estimateSchema,
});
export type DryRun = z.output<typeof dryRunSchema>;

/** What a run needs of a rank, and how long it takes, for each number of ranks that it may get. */
export function estimateRun(config: RunConfig, dataset: DatasetSize, measured: readonly MeasuredSpeed[]): Estimate {
  const steps = estimateSteps(config, dataset.images);
  return {
    dataset,
    steps,
    ranks: worldSizesOf(config).map((worldSize) => ({
      worldSize,
      batchPerRank: config.batch.globalBatchSize / worldSize,
      memory: estimateMemory(config, worldSize, dataset.identities),
      time: estimateTime(config, worldSize, steps, measured),
    })),
  };
}
