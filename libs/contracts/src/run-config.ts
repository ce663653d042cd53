import { z } from 'zod';
import { DATASET_KINDS, ENGINES, LOSSES, LR_SCHEDULES, NETWORK_NAMES, NETWORKS, OPTIMIZERS } from './catalog.js';
import { webhookInputSchema } from './webhook-events.js';

const steps = z.number().int().min(1).max(1_000_000_000);
const positive = z.number().positive().max(1e6);

const datasetSchema = z.strictObject({
  kind: z.enum(DATASET_KINDS).default('faces_emore'),
  /** Absolute path of the folder as the workers see it. */
  path: z
    .string()
    .min(1)
    .max(4096)
    .refine((path) => path.startsWith('/') && !path.includes('\0'), 'must be an absolute path on the workers'),
  /** Mirror each image with probability 0.5. */
  mirror: z.boolean().default(true),
});

const networkSchema = z.strictObject({
  name: z.enum(NETWORK_NAMES).default('y1'),
  /** Defaults to the network's own size. */
  embeddingSize: z.number().int().min(8).max(2048).optional(),
});

const lossSchema = z.strictObject({
  name: z.enum(LOSSES).default('arcface'),
  scale: positive.default(64),
  /** Additive angle m2 in radians. */
  margin: z.number().min(0).max(1.5).default(0.5),
  /** `exact` is the true derivative of the margin; `straight-through` is what arcface_torch does. */
  gradient: z.enum(['exact', 'straight-through']).default('exact'),
});

const optimizerSchema = z.strictObject({
  name: z.enum(OPTIMIZERS).default('sgd'),
  learningRate: z.number().positive().max(100).default(0.1),
  momentum: z.number().min(0).max(0.9999).default(0.9),
  weightDecay: z.number().min(0).max(1).default(5e-4),
  /** Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping. */
  clipNorm: positive.nullable().default(null),
});

const scheduleSchema = z.strictObject({
  name: z.enum(LR_SCHEDULES).default('steps'),
  /** Global steps at which the rate is multiplied by `factor`. */
  boundaries: z.array(steps).max(100).default([]),
  factor: z.number().positive().max(1).default(0.1),
  /** Linear rise from 0 over that many steps. */
  warmupSteps: z.number().int().min(0).max(1_000_000_000).default(0),
});

const batchSchema = z.strictObject({
  /** Images per step over all ranks; must be divisible by `bnGroupSize` x ranks. */
  globalBatchSize: z.number().int().min(1).max(1_000_000).default(64),
  /** Batch norm normalises over fixed groups of that many consecutive samples of the global batch. Default: global batch / maxRanks. */
  bnGroupSize: z.number().int().min(1).max(1_000_000).optional(),
});

const verificationSchema = z.strictObject({
  /** Period in steps (the peers' `verbose`); verification at the end always happens. 0: only then. */
  everySteps: z.number().int().min(0).max(1_000_000_000).default(2000),
  /** Names of `.bin` files without extension; default: every one in the data set's folder. */
  targets: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/))
    .max(32)
    .optional(),
  /** Also score the untrained network and raw pixels before the first step. */
  baselines: z.boolean().default(false),
});

const checkpointSchema = z.strictObject({
  /** Period in steps; 0: only at a stop. */
  everySteps: z.number().int().min(0).max(1_000_000_000).default(1000),
  /** How many accepted checkpoints are kept. */
  keep: z.number().int().min(1).max(1000).default(2),
});

const ranksSchema = z.strictObject({
  min: z.number().int().min(1).max(1024).optional(),
  max: z.number().int().min(1).max(1024).default(1),
});

const faultsSchema = z.strictObject({
  /** Restarts without a new checkpoint in between before the run fails. */
  maxRestarts: z.number().int().min(0).max(100).default(3),
  /** How long ranks may take to stop by themselves after a cancel. */
  graceMs: z.number().int().min(0).max(3_600_000).default(30_000),
});

const baseSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  labels: z.record(z.string().min(1).max(63), z.string().max(255)).default({}),
  dataset: datasetSchema,
  network: networkSchema.prefault({}),
  loss: lossSchema.prefault({}),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.prefault({}),
  batch: batchSchema.prefault({}),
  maxSteps: steps,
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  verification: verificationSchema.prefault({}),
  checkpoint: checkpointSchema.prefault({}),
  ranks: ranksSchema.prefault({}),
  /** `auto`: the best engine that the worker has; all ranks of a run use the same one. */
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  faults: faultsSchema.prefault({}),
});

/** Cross-field rules; each message names its field by `path`. */
function checkRunConfig(config: z.output<typeof baseSchema>, context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { globalBatchSize, bnGroupSize } = config.batch;
  const { min = config.ranks.max, max } = config.ranks;
  if (min > max) issue(['ranks', 'min'], `must not exceed ranks.max (${max})`);
  if (globalBatchSize % max !== 0) {
    issue(['batch', 'globalBatchSize'], `must be divisible by ranks.max (${max}), so that every rank gets the same share`);
  } else if (bnGroupSize !== undefined && (globalBatchSize / max) % bnGroupSize !== 0) {
    issue(['batch', 'bnGroupSize'], `must divide the local batch of ${globalBatchSize / max}: every rank holds whole groups`);
  }
  const { boundaries } = config.schedule;
  if (boundaries.some((step, index) => index > 0 && step <= (boundaries[index - 1] ?? 0))) {
    issue(['schedule', 'boundaries'], 'must rise strictly');
  }
}

/** Body of `POST /runs`: a run configuration, and where to send webhooks. */
export const createRunSchema = baseSchema
  .extend({ webhooks: z.array(webhookInputSchema).max(10).default([]) })
  .superRefine(checkRunConfig);

/** The resolved configuration that is stored with the run and travels in its rank jobs: nothing optional is left open. */
export const runConfigSchema = baseSchema.superRefine(checkRunConfig).transform((config) => ({
  ...config,
  network: { ...config.network, embeddingSize: config.network.embeddingSize ?? NETWORKS[config.network.name].embeddingSize },
  batch: { ...config.batch, bnGroupSize: config.batch.bnGroupSize ?? config.batch.globalBatchSize / config.ranks.max },
  ranks: { min: config.ranks.min ?? config.ranks.max, max: config.ranks.max },
}));

export type CreateRunInput = z.input<typeof createRunSchema>;
export type CreateRun = z.output<typeof createRunSchema>;
export type RunConfigInput = z.input<typeof runConfigSchema>;
export type RunConfig = z.output<typeof runConfigSchema>;
