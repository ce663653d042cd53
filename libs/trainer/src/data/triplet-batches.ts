import { ArcFleetError } from '#contracts';
import { BatchLoader } from '#datasets';
import { totalStepsOf } from '../run-length.js';
import type { BatchSource } from './batch-source.js';
import { TripletMiner, type TripletMinerOptions } from './triplet-miner.js';
import { TripletQueue, tripletQueueSchema } from './triplet-queue.js';

/** So many bags without a single triplet in a row, and there is nothing left to learn from. */
const MAX_EMPTY_BAGS = 10;

export interface TripletBatchesOptions extends TripletMinerOptions {
  readonly onPhase: (phase: string, step: number) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/**
 * Batches of mined triplets: when a step finds too few, all ranks mine the next bag by the weights as they are then.
 *
 * @throws ArcFleetError `dataset_invalid` when the data set has no triplets, or when mining finds none any more.
 */
export function tripletBatches(options: TripletBatchesOptions): BatchSource {
  const { job, set, backbone, collective, engine, onPhase, now } = options;
  const { config, rank, worldSize } = job;
  const { globalBatchSize, bnGroupSize } = config.batch;
  const miner = new TripletMiner(options);
  const queue = new TripletQueue({
    seed: config.seed,
    globalBatchSize,
    blockSize: bnGroupSize,
    rank,
    worldSize,
    mirrors: config.dataset.mirror,
  });
  // Not an epoch of triplets, which there is none of: images trained on, counted in data sets.
  const stepsPerEpoch = Math.max(1, Math.floor(set.numImages / globalBatchSize));
  const totalSteps = totalStepsOf(config, stepsPerEpoch);
  const loader = new BatchLoader({
    set,
    decoder: options.decoder,
    plan: (step) => (step < totalSteps ? queue.batchAt(step) : undefined),
    prefetch: config.dataset.prefetch,
  });
  let metrics: Record<string, number> = {};

  /** Mines until there are enough triplets for the update after `step` updates. */
  async function refill(step: number): Promise<void> {
    const startMs = now();
    const firstBag = queue.bag;
    let mined = 0;
    let emptyBags = 0;
    onPhase('mining', step);
    const statistics = await backbone.statistics.merge(collective, engine);
    while (!queue.holds(step)) {
      const { bag } = queue;
      const triplets = await miner.mine(bag, statistics);
      emptyBags = triplets.length === 0 ? emptyBags + 1 : 0;
      if (emptyBags === MAX_EMPTY_BAGS) {
        throw new ArcFleetError(
          'dataset_invalid',
          `After ${step} steps ${MAX_EMPTY_BAGS} bags in a row had no semi-hard triplet: the network tells everybody in a bag apart by more than loss.margin, or nobody from anybody. Raise loss.margin or loss.bagSize, lower the learning rate, or end the run here`,
          { step, bag },
        );
      }
      mined += triplets.length / 3;
      queue.append(step, triplets);
    }
    metrics = {
      minedTriplets: mined / (queue.bag - firstBag),
      minedBags: queue.bag - firstBag,
      miningSeconds: (now() - startMs) / 1000,
    };
    onPhase('training', step);
  }

  return {
    stepsPerEpoch,
    batch: async (step) => {
      metrics = {};
      if (!queue.holds(step)) await refill(step);
      return loader.batch(step);
    },
    release: (batch) => loader.release(batch),
    close: () => loader.close(),
    metrics: () => ({ ...loader.takeMetrics(), ...metrics }),
    stateAt: (step) => queue.stateAt(step),
    restore: (step, state) => {
      const parsed = tripletQueueSchema.safeParse(state);
      if (!parsed.success || parsed.data.triplets.some((triplet) => triplet.some((sample) => sample >= set.numImages))) {
        throw new ArcFleetError('checkpoint_mismatch', 'The checkpoint holds no triplets of this data set', { step });
      }
      queue.restore(step, parsed.data);
    },
  };
}
