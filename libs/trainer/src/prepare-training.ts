import { ArcFleetError } from '#contracts';
import { createNetwork } from '#model-zoo';
import { Backbone } from './backbone.js';
import { loadCheckpoint, type CheckpointParts } from './checkpoint/checkpoint.js';
import { createHead } from './create-head.js';
import { epochBatches, type BatchSource } from './data/batch-source.js';
import { totalStepsOf } from './run-length.js';
import type { TrainingDeps } from './training-deps.js';
import { Verifier } from './verify.js';

/** The state of one rank between two steps, and the parts that change it. */
export interface TrainingState extends CheckpointParts {
  /** Updates done. */
  step: number;
  /** Length of the run. */
  readonly totalSteps: number;
  readonly localBatchSize: number;
  readonly batches: BatchSource;
  readonly verifier: Verifier;
  dispose(): Promise<void>;
}

/** Builds network, head and data order from the configuration, or from the checkpoint that the job names. */
export async function prepareTraining(deps: TrainingDeps): Promise<TrainingState> {
  const { job, engine, collective, trainingSet } = deps;
  const { config, worldSize } = job;
  const { globalBatchSize, bnGroupSize } = config.batch;
  const localBatchSize = globalBatchSize / worldSize;
  if (!Number.isInteger(localBatchSize / bnGroupSize)) {
    throw new ArcFleetError(
      'shape_mismatch',
      `A global batch of ${globalBatchSize} cannot be split over ${worldSize} ranks in whole groups of ${bnGroupSize}`,
      { globalBatchSize, worldSize, bnGroupSize },
    );
  }
  const { numClasses, height, width } = trainingSet;
  const network = createNetwork({ ...config.network, height, width });
  const backbone = new Backbone({
    network,
    config,
    engine,
    localBatchSize,
    ...(deps.bucketBytes === undefined ? {} : { bucketBytes: deps.bucketBytes }),
  });
  const head = createHead(job, { embeddingSize: network.embeddingSize, numClasses, engine });
  const parts: CheckpointParts = { storageRoot: deps.storageRoot, job, collective, engine, backbone, head, numClasses };
  const dispose = () => {
    backbone.dispose();
    head.dispose();
  };
  const batches = epochBatches(job, trainingSet);
  const verifier = new Verifier({ job, collective, engine, backbone, size: { height, width }, emit: deps.emit });
  try {
    await verifier.open();
    if (job.resumeFrom) await loadCheckpoint(parts, job.resumeFrom);
  } catch (error) {
    dispose();
    throw error;
  }
  const totalSteps = totalStepsOf(config, batches.stepsPerEpoch);
  return {
    ...parts,
    step: job.resumeFrom?.step ?? 0,
    totalSteps,
    localBatchSize,
    batches,
    verifier,
    dispose: async () => {
      await batches.close();
      dispose();
    },
  };
}
