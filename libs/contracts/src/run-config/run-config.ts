import { checkLabels, labelsRecord } from '../labels.js';
import { z } from 'zod';
import { acceptsEpsilon, acceptsSqueezeExcitation, ENGINES, NETWORKS } from '../catalog.js';
import { webhookInputSchema } from '../webhook-events.js';
import {
  batchSchema,
  datasetSchema,
  networkSchema,
  pretrainedSchema,
  requestedDatasetSchema,
  requestedPretrainedSchema,
} from './data.js';
import { classSamplingSchema, isTripletLoss, lossSchema, type TripletLossConfig } from './loss.js';
import { period, share, steps } from './numbers.js';
import { optimizerSchema, scheduleSchema } from './optimizer.js';

/** Name of a verification set: its `.bin` file without extension. */
export const target = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);

const verificationSchema = z.strictObject({
  /** Period in steps (the peers' `verbose`); verification at the end always happens. 0: only then. */
  everySteps: period.default(2000),
  /** Default: every verification set in the data set's folder. */
  targets: z.array(target).max(32).optional(),
  /** Also score the untrained network and raw pixels before the first step. */
  baselines: z.boolean().default(false),
});

/** Ends the run with success as soon as a verification reaches that mean accuracy. */
const earlyStopSchema = z.strictObject({ target, accuracy: share });

const checkpointSchema = z.strictObject({
  /** Period in steps; 0: only at a stop. */
  everySteps: period.default(1000),
  /** How many accepted checkpoints are kept. */
  keep: z.number().int().min(1).max(1000).default(2),
});

/** Which models (backbones for use) a run stores; the one that it ends with is always stored. */
export const MODEL_POLICIES = ['last', 'best', 'improvements', 'all'] as const;
const modelSchema = z.strictObject({
  /**
   * `last`: none but the last. `best`: also the one with the best score of the last target, one at a time. `improvements`: every
   * new best one. `all`: one at each verification.
   */
  save: z.enum(MODEL_POLICIES).default('last'),
  /** Decay of an exponential moving average of the backbone, which is then what is verified and stored. null: none. */
  emaDecay: z.number().positive().max(0.999999).nullable().default(null),
});

/** How ranks exchange tensors. */
export const TRANSPORTS = ['redis-streams', 'tcp'] as const;
export type Transport = (typeof TRANSPORTS)[number];
const wireDtype = z.enum(['float32', 'bfloat16']).default('float32');
const communicationSchema = z.strictObject({
  /** `redis-streams` works everywhere; `tcp` are connections between workers that can reach each other, for large networks. */
  transport: z.enum(TRANSPORTS).default('redis-streams'),
  /** Embeddings and their gradients on the wire. */
  features: wireDtype,
  /** Gradients of the backbone on the wire. */
  gradients: wireDtype,
});

export const ranksSchema = z.strictObject({
  min: z.number().int().min(1).max(1024).optional(),
  max: z.number().int().min(1).max(1024).default(1),
});

export const faultsSchema = z.strictObject({
  /** Restarts without a new checkpoint in between before the run fails. */
  maxRestarts: z.number().int().min(0).max(100).default(3),
  /** How long ranks may take to stop by themselves after a cancel. */
  graceMs: z.number().int().min(0).max(3_600_000).default(30_000),
});

export const runName = z.string().min(1).max(200);

export const baseSchema = z.strictObject({
  name: runName.optional(),
  labels: labelsRecord.default({}),
  dataset: datasetSchema,
  network: networkSchema.prefault({}),
  pretrained: pretrainedSchema.nullable().default(null),
  loss: lossSchema.prefault({}),
  classSampling: classSamplingSchema.prefault({}),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.prefault({}),
  batch: batchSchema.prefault({}),
  /** Length of the run: `maxSteps`, `epochs`, or whichever ends first. */
  maxSteps: steps.optional(),
  epochs: z.number().int().min(1).max(1_000_000).optional(),
  earlyStop: earlyStopSchema.nullable().default(null),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  verification: verificationSchema.prefault({}),
  checkpoint: checkpointSchema.prefault({}),
  model: modelSchema.prefault({}),
  ranks: ranksSchema.prefault({}),
  communication: communicationSchema.prefault({}),
  /** `auto`: the best engine that the worker has; all ranks of a run use the same one. */
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  faults: faultsSchema.prefault({}),
});

/** Cross-field rules; each message names its field by `path`. */
function checkRunConfig(config: Omit<z.output<typeof baseSchema>, 'dataset' | 'pretrained'>, context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { globalBatchSize, accumulationSteps, bnGroupSize } = config.batch;
  const { min = config.ranks.max, max } = config.ranks;
  if (min > max) issue(['ranks', 'min'], `must not exceed ranks.max (${max})`);
  const microBatchSize = globalBatchSize / (max * accumulationSteps);
  if (!Number.isInteger(microBatchSize)) {
    const parts = accumulationSteps === 1 ? '' : ` x batch.accumulationSteps (${accumulationSteps})`;
    issue(
      ['batch', 'globalBatchSize'],
      `must be divisible by ranks.max (${max})${parts}, so that every rank gets the same share`,
    );
  } else if (bnGroupSize !== undefined && microBatchSize % bnGroupSize !== 0) {
    issue(['batch', 'bnGroupSize'], `must divide the local batch of ${microBatchSize}: every rank holds whole groups`);
  }
  if (config.maxSteps === undefined && config.epochs === undefined) issue(['maxSteps'], 'maxSteps or epochs is required');
  if (config.schedule.name === 'steps') {
    const { boundaries } = config.schedule;
    if (boundaries.some((step, index) => index > 0 && step <= (boundaries[index - 1] ?? 0))) {
      issue(['schedule', 'boundaries'], 'must rise strictly');
    }
  }
  if (config.network.squeezeExcitation && !acceptsSqueezeExcitation(config.network.name)) {
    issue(['network', 'squeezeExcitation'], `must be false: only the r networks have it, not ${config.network.name}`);
  }
  if (config.network.epsilon !== undefined && !acceptsEpsilon(config.network.name)) {
    issue(['network', 'epsilon'], `must be left out: ${config.network.name} has the epsilons that it was designed with`);
  }
  const { loss, classSampling } = config;
  if (classSampling.name !== 'none') {
    if (isTripletLoss(loss)) issue(['classSampling', 'name'], `must be none: the loss ${loss.name} has no classes to sample`);
    if (config.optimizer.name !== 'sgd') {
      issue(['classSampling', 'name'], 'needs optimizer.name sgd: rows that are not sampled do not move');
    }
  }
  if (isTripletLoss(loss)) checkTriplets(loss, config, issue);
  if (config.earlyStop && config.verification.everySteps === 0) {
    issue(['earlyStop'], 'needs verification.everySteps: only a verification can end the run');
  }
  if (config.network.frozen && config.model.emaDecay !== null) {
    issue(['model', 'emaDecay'], 'must be null: a frozen backbone does not move');
  }
  if (config.earlyStop && config.verification.targets && !config.verification.targets.includes(config.earlyStop.target)) {
    issue(['earlyStop', 'target'], 'must be one of verification.targets');
  }
}

/** Pairs of anchor and positive in a bag; 14,400 by default. */
const MAX_PAIRS = 10_000_000;

/** Rules of the losses without class centers: a step takes mined triplets, so there are no epochs, and a group holds whole ones. */
function checkTriplets(
  loss: TripletLossConfig,
  { network, batch, epochs, schedule, ranks }: Omit<z.output<typeof baseSchema>, 'dataset' | 'pretrained'>,
  issue: (path: (string | number)[], message: string) => void,
): void {
  if (network.frozen) {
    issue(['network', 'frozen'], `must be false: with the loss ${loss.name} there is nothing else to train`);
  }
  const { bnGroupSize, globalBatchSize, accumulationSteps } = batch;
  const groupSize = bnGroupSize ?? globalBatchSize / (ranks.max * accumulationSteps);
  if (Number.isInteger(groupSize) && groupSize % 3 !== 0) {
    const path = bnGroupSize === undefined ? 'globalBatchSize' : 'bnGroupSize';
    const what = bnGroupSize === undefined ? `must make groups (batch.bnGroupSize, here ${groupSize}) that are` : 'must be';
    issue(['batch', path], `${what} divisible by 3: with the loss ${loss.name} a group holds whole triplets`);
  }
  const maxPairs = (loss.bagSize * (loss.imagesPerIdentity - 1)) / 2;
  if (maxPairs > MAX_PAIRS) {
    issue(
      ['loss', 'bagSize'],
      `makes up to ${maxPairs} pairs with imagesPerIdentity ${loss.imagesPerIdentity}; at most ${MAX_PAIRS}`,
    );
  }
  if (epochs !== undefined) {
    issue(['epochs'], `must be left out: with the loss ${loss.name} steps take mined triplets; use maxSteps`);
  }
  if (schedule.warmupEpochs > 0) {
    issue(['schedule', 'warmupEpochs'], `must be 0: the loss ${loss.name} has no epochs; use warmupSteps`);
  }
}

/** Body of `POST /runs`: a run configuration, and where to send webhooks. */
export const createRunSchema = baseSchema
  .extend({
    dataset: requestedDatasetSchema,
    pretrained: requestedPretrainedSchema.nullable().default(null),
    webhooks: z.array(webhookInputSchema).max(10).default([]),
  })
  .superRefine(checkRunConfig)
  .superRefine(checkLabels);

/** The resolved configuration that is stored with the run and travels in its rank jobs: defaults that depend on others are filled in. */
export const runConfigSchema = baseSchema.superRefine(checkRunConfig).transform((config) => {
  const facts = NETWORKS[config.network.name];
  const { embeddingSize = facts.embeddingSize, output = facts.output, dropout = facts.dropout } = config.network;
  const {
    globalBatchSize,
    accumulationSteps,
    bnGroupSize = globalBatchSize / (config.ranks.max * accumulationSteps),
  } = config.batch;
  return {
    ...config,
    network: { ...config.network, embeddingSize, output, dropout },
    batch: { globalBatchSize, accumulationSteps, bnGroupSize },
    ranks: { min: config.ranks.min ?? config.ranks.max, max: config.ranks.max },
  };
});

export type CreateRunInput = z.input<typeof createRunSchema>;
export type CreateRun = z.output<typeof createRunSchema>;
export type RunConfigInput = z.input<typeof runConfigSchema>;
export type RunConfig = z.output<typeof runConfigSchema>;
