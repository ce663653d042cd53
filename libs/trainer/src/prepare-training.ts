import { ArcFleetError, type SoftmaxLossConfig } from '#contracts';
import { BatchLoader } from '#datasets';
import { MarginHead } from '#losses';
import { createNetwork } from '#model-zoo';
import { Backbone } from './backbone.js';
import { loadCheckpoint, type CheckpointParts } from './checkpoint/checkpoint.js';
import { DataOrder } from './data/data-order.js';
import type { TrainingDeps } from './training-deps.js';
import { Verifier } from './verify.js';

/** The state of one rank between two steps, and the parts that change it. */
export interface TrainingState extends CheckpointParts {
  /** Updates done. */
  step: number;
  readonly localBatchSize: number;
  readonly batches: BatchLoader;
  readonly verifier: Verifier;
  dispose(): Promise<void>;
}

/** Builds network, head and data order from the configuration, or from the checkpoint that the job names. */
export async function prepareTraining(deps: TrainingDeps): Promise<TrainingState> {
  const { job, engine, collective, trainingSet } = deps;
  const { config, rank, worldSize } = job;
  const { globalBatchSize, bnGroupSize } = config.batch;
  const localBatchSize = globalBatchSize / worldSize;
  if (!Number.isInteger(localBatchSize / bnGroupSize)) {
    throw new ArcFleetError(
      'shape_mismatch',
      `A global batch of ${globalBatchSize} cannot be split over ${worldSize} ranks in whole groups of ${bnGroupSize}`,
      { globalBatchSize, worldSize, bnGroupSize },
    );
  }
  const { numClasses, numImages, height, width } = trainingSet;
  const order = new DataOrder({ seed: config.seed, numImages, globalBatchSize, rank, worldSize, mirrors: config.dataset.mirror });

  const network = createNetwork({ ...config.network, height, width });
  const backbone = new Backbone({
    network,
    config,
    engine,
    localBatchSize,
    ...(deps.bucketBytes === undefined ? {} : { bucketBytes: deps.bucketBytes }),
  });
  const head = new MarginHead({
    loss: config.loss as SoftmaxLossConfig,
    optimizer: config.optimizer,
    classSampling: config.classSampling,
    embeddingSize: network.embeddingSize,
    numClasses,
    rank,
    worldSize,
    seed: config.seed,
    engine,
  });
  const parts: CheckpointParts = { storageRoot: deps.storageRoot, job, collective, engine, backbone, head, numClasses };
  const dispose = () => {
    backbone.dispose();
    head.dispose();
  };
  const verifier = new Verifier({ job, collective, engine, backbone, size: { height, width }, emit: deps.emit });
  try {
    await verifier.open();
    if (job.resumeFrom) await loadCheckpoint(parts, job.resumeFrom);
  } catch (error) {
    dispose();
    throw error;
  }
  const batches = new BatchLoader({
    set: trainingSet,
    plan: (step) => (step < (config.maxSteps ?? Infinity) ? order.batchAt(step) : undefined),
    allocate: (length) => new Float32Array(length),
  });
  return {
    ...parts,
    step: job.resumeFrom?.step ?? 0,
    localBatchSize,
    batches,
    verifier,
    dispose: async () => {
      await batches.close();
      dispose();
    },
  };
}
