import { ArcFleetError, RANDOM_STREAMS, shuffledIndices, uniformAt } from '#contracts';
import type { BatchPlan } from '#datasets';

export interface DataOrderOptions {
  readonly seed: number;
  readonly numImages: number;
  readonly globalBatchSize: number;
  readonly rank: number;
  readonly worldSize: number;
  /** Mirror each image with probability 0.5. */
  readonly mirrors: boolean;
}

/**
 * The global order of samples: one permutation per epoch that depends on (seed, epoch) only, cut into global batches, each cut
 * into one slice per rank. An incomplete last batch is dropped. So the batch of a step is the same at any world size and after
 * any restart.
 */
export class DataOrder {
  readonly stepsPerEpoch: number;
  private epoch = -1;
  private permutation: Uint32Array = new Uint32Array(0);

  /** @throws ArcFleetError `dataset_invalid` when the set is smaller than one global batch. */
  constructor(private readonly options: DataOrderOptions) {
    const { numImages, globalBatchSize } = options;
    this.stepsPerEpoch = Math.floor(numImages / globalBatchSize);
    if (this.stepsPerEpoch === 0) {
      throw new ArcFleetError(
        'dataset_invalid',
        `The data set has ${numImages} images, fewer than one global batch of ${globalBatchSize}; lower batch.globalBatchSize`,
        { numImages, globalBatchSize },
      );
    }
  }

  /** What this rank trains on when `step` updates are done. */
  batchAt(step: number): BatchPlan {
    const { seed, numImages, globalBatchSize, rank, worldSize, mirrors } = this.options;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.epoch) {
      this.permutation = shuffledIndices(seed, RANDOM_STREAMS.dataOrder, epoch, numImages);
      this.epoch = epoch;
    }
    const localBatchSize = globalBatchSize / worldSize;
    const first = rank * localBatchSize;
    const start = (step % this.stepsPerEpoch) * globalBatchSize + first;
    const indices = this.permutation.slice(start, start + localBatchSize);
    const mirror = Uint8Array.from(indices, (_, local) =>
      mirrors && uniformAt(seed, RANDOM_STREAMS.mirror, step, first + local) < 0.5 ? 1 : 0,
    );
    return { indices, mirror, draws: { seed, step, firstSample: first } };
  }
}
