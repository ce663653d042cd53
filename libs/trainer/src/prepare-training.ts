import { join } from 'node:path';
import { ArcFleetError, isTripletLoss, type RunConfig } from '#contracts';
import { dropSmallIdentities, ImageDecoder, type TrainingSet } from '#datasets';
import type { RunLength } from '#losses';
import { createNetwork } from '#model-zoo';
import { Backbone } from './backbone.js';
import { loadCheckpoint, type CheckpointParts } from './checkpoint/checkpoint.js';
import { createHead } from './create-head.js';
import { epochBatches, type BatchSource } from './data/batch-source.js';
import { tripletBatches } from './data/triplet-batches.js';
import { readPretrained } from '#model-files';
import { totalStepsOf } from './run-length.js';
import type { TrainingDeps } from './training-deps.js';
import { Verifier } from './verify.js';

/** The state of one rank between two steps, and the parts that change it. */
export interface TrainingState extends CheckpointParts, RunLength {
  /** Updates done. */
  step: number;
  readonly localBatchSize: number;
  /** Images that are trained on. */
  readonly numImages: number;
  readonly batches: BatchSource;
  readonly verifier: Verifier;
  dispose(): Promise<void>;
}

/** Builds network, head and data order from the configuration and the stored model that it names, or from the job's checkpoint. */
export async function prepareTraining(deps: TrainingDeps): Promise<TrainingState> {
  const { job, engine, collective } = deps;
  const { config, rank, worldSize } = job;
  const trainingSet = dropSmallIdentities(deps.trainingSet, config.dataset.minImagesPerIdentity);
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
  const { embeddingSize } = network;
  const { bucketBytes } = deps;
  const owned: { dispose(): void }[] = [];
  const own = <T extends { dispose(): void }>(part: T): T => {
    owned.push(part);
    return part;
  };
  try {
    const backbone = own(
      new Backbone({ network, config, engine, rank, worldSize, ...(bucketBytes === undefined ? {} : { bucketBytes }) }),
    );
    const head = own(createHead(job, { embeddingSize, numClasses, engine }));
    const decoder = openDecoder(deps, trainingSet);
    const batches = openBatches(deps, { trainingSet, decoder, backbone });
    const { stepsPerEpoch } = batches;
    const totalSteps = totalStepsOf(config, stepsPerEpoch);
    const verifier = new Verifier({
      job,
      collective,
      engine,
      backbone,
      decoder,
      size: { height, width },
      access: deps.trainingSet.source?.access,
      emit: deps.emit,
    });
    await verifier.open();
    const parts: CheckpointParts = {
      storageRoot: deps.storageRoot,
      job,
      collective,
      engine,
      backbone,
      head,
      batches,
      numClasses,
    };
    // A run that goes on has its own weights by now.
    if (job.resumeFrom) await loadCheckpoint(parts, job.resumeFrom);
    else if (config.pretrained) {
      backbone.startFrom(await readPretrained(placed(config.pretrained, deps.storageRoot), network, config.seed));
    }
    return {
      ...parts,
      step: job.resumeFrom?.step ?? 0,
      totalSteps,
      stepsPerEpoch,
      localBatchSize,
      numImages: trainingSet.numImages,
      verifier,
      dispose: async () => {
        await batches.close();
        await decoder.close();
        for (const part of owned) part.dispose();
      },
    };
  } catch (error) {
    for (const part of owned) part.dispose();
    throw error;
  }
}

/** A stored model lies below the storage root, wherever that is on this worker. */
function placed(pretrained: NonNullable<RunConfig['pretrained']>, storageRoot: string): NonNullable<RunConfig['pretrained']> {
  if (pretrained.modelId === undefined) return pretrained;
  return { ...pretrained, path: join(storageRoot, pretrained.path) };
}

/** More threads than that have never been needed to keep an engine busy. */
const MAX_DEFAULT_WORKERS = 4;

/** The engine is idle or waits for a device when images are decoded late, so they may use its share of the cores. */
function openDecoder({ job, engine }: TrainingDeps, { height, width, source }: TrainingSet): ImageDecoder {
  const { augmentation, workers = Math.min(engine.threads, MAX_DEFAULT_WORKERS) } = job.config.dataset;
  return new ImageDecoder({ size: { height, width }, source, threads: source === null ? 0 : workers, augmentation });
}

interface BatchParts {
  readonly trainingSet: TrainingSet;
  readonly decoder: ImageDecoder;
  readonly backbone: Backbone;
}

/** Where the loss wants its batches from. */
function openBatches(deps: TrainingDeps, { trainingSet: set, decoder, backbone }: BatchParts): BatchSource {
  const { job, engine, collective, onPhase = () => undefined, now = () => performance.now() } = deps;
  const { loss } = job.config;
  if (!isTripletLoss(loss)) return epochBatches(job, set, decoder);
  return tripletBatches({ job, loss, set, decoder, collective, engine, backbone, onPhase, now });
}
