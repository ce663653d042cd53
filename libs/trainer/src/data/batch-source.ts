import type { TrainingJob } from '#contracts';
import { BatchLoader, type ImageDecoder, type TrainingSet } from '#datasets';
import { totalStepsOf } from '../run-length.js';
import { DataOrder } from './data-order.js';

/** One rank's share of a step's global batch: the samples `rank x size .. (rank + 1) x size` of it, in order. */
export interface Batch {
  /** RGB 0..255, batch x height x width x 3. */
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** Where a rank's batches come from. A source may need the backbone, or the other ranks: all ranks ask for the same steps. */
export interface BatchSource {
  /** Steps in which every image comes once; the configuration's epochs are counted in it. */
  readonly stepsPerEpoch: number;
  /** The batch of the update after `step` updates; asked for in order. @throws ArcFleetError `dataset_corrupt` naming the record. */
  batch(step: number): Promise<Batch>;
  /** Gives the buffers back; the batch must not be read afterwards. */
  release(batch: Batch): void;
  /** Waits for what is being read. */
  close(): Promise<void>;
  /** Scalars of what the last `batch` had to do, for the run's metrics. */
  metrics?(): Readonly<Record<string, number>>;
  /** Where batches do not follow from the step alone: what a checkpoint after `step` updates must keep of them, as JSON. */
  stateAt?(step: number): unknown;
  /** Goes on after `step` updates from what `stateAt` gave. @throws ArcFleetError `checkpoint_mismatch` when that does not fit. */
  restore?(step: number, state: unknown): void;
}

/** Every image once per epoch, in an order that depends on (seed, epoch) only. @throws ArcFleetError `dataset_invalid` */
export function epochBatches({ config, rank, worldSize }: TrainingJob, set: TrainingSet, decoder: ImageDecoder): BatchSource {
  const { seed, batch, dataset } = config;
  const { numImages } = set;
  const { globalBatchSize } = batch;
  const order = new DataOrder({ seed, numImages, globalBatchSize, rank, worldSize, mirrors: dataset.mirror });
  const { stepsPerEpoch } = order;
  const totalSteps = totalStepsOf(config, stepsPerEpoch);
  const loader = new BatchLoader({
    set,
    decoder,
    plan: (step) => (step < totalSteps ? order.batchAt(step) : undefined),
    prefetch: dataset.prefetch,
  });
  return {
    stepsPerEpoch,
    batch: (step) => loader.batch(step),
    release: (batch) => loader.release(batch),
    close: () => loader.close(),
    metrics: () => loader.takeMetrics(),
  };
}
