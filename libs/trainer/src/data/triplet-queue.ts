import { z } from 'zod';
import { RANDOM_STREAMS, uniformAt } from '#contracts';
import type { BatchPlan } from '#datasets';

export interface TripletQueueOptions {
  readonly seed: number;
  readonly globalBatchSize: number;
  /** Rows of the global batch come in blocks of that many: a third anchors, then their positives, then their negatives. */
  readonly blockSize: number;
  readonly rank: number;
  readonly worldSize: number;
  /** Mirror each image with probability 0.5. */
  readonly mirrors: boolean;
}

const sample = z.number().int().min(0).max(0xffffffff);

/** What a checkpoint keeps: triplets depend on the weights at the time they were mined, so they cannot be made again. */
export const tripletQueueSchema = z.strictObject({
  /** The bag that comes when the triplets are used up. */
  nextBag: z.number().int().min(0),
  /** Triplets that were mined and not trained on yet, in the order of their use. */
  triplets: z.array(z.tuple([sample, sample, sample])),
});
export type TripletQueueState = z.output<typeof tripletQueueSchema>;

/** Mined triplets that wait, the same on all ranks, and which of them a step takes. What a bag leaves over goes to the next. */
export class TripletQueue {
  readonly tripletsPerStep: number;
  private nextBag = 0;
  /** Three samples per triplet. The first ones are those of update `firstStep` + 1. */
  private triplets: Uint32Array = new Uint32Array(0);
  private firstStep = 0;

  constructor(private readonly options: TripletQueueOptions) {
    this.tripletsPerStep = options.globalBatchSize / 3;
  }

  /** True when there are triplets for the update after `step` updates. */
  holds(step: number): boolean {
    return this.triplets.length >= 3 * this.tripletsPerStep * (step - this.firstStep + 1);
  }

  /** Drops what was used before the update after `step` updates, and appends the triplets of the next bag. */
  append(step: number, mined: Uint32Array): void {
    const left = this.leftAt(step);
    const triplets = new Uint32Array(left.length + mined.length);
    triplets.set(left);
    triplets.set(mined, left.length);
    this.triplets = triplets;
    this.firstStep = step;
    this.nextBag++;
  }

  get bag(): number {
    return this.nextBag;
  }

  /** This rank's share of the update after `step` updates; undefined while there are no triplets for it. */
  batchAt(step: number): BatchPlan | undefined {
    if (step < this.firstStep || !this.holds(step)) return undefined;
    const { seed, globalBatchSize, blockSize, rank, worldSize, mirrors } = this.options;
    const localBatchSize = globalBatchSize / worldSize;
    const third = blockSize / 3;
    const start = (step - this.firstStep) * this.tripletsPerStep;
    const indices = new Uint32Array(localBatchSize);
    const mirror = new Uint8Array(localBatchSize);
    for (let local = 0; local < localBatchSize; local++) {
      const row = rank * localBatchSize + local;
      const inBlock = row % blockSize;
      const triplet = start + Math.floor(row / blockSize) * third + (inBlock % third);
      indices[local] = this.triplets[3 * triplet + Math.floor(inBlock / third)]!;
      mirror[local] = mirrors && uniformAt(seed, RANDOM_STREAMS.mirror, step, row) < 0.5 ? 1 : 0;
    }
    return { indices, mirror, draws: { seed, step, firstSample: rank * localBatchSize } };
  }

  /** The queue as it stands after `step` updates. */
  stateAt(step: number): TripletQueueState {
    const left = this.leftAt(step);
    const triplets: [number, number, number][] = [];
    for (let at = 0; at < left.length; at += 3) triplets.push([left[at]!, left[at + 1]!, left[at + 2]!]);
    return { nextBag: this.nextBag, triplets };
  }

  /** Goes on after `step` updates from what {@link stateAt} gave. */
  restore(step: number, { nextBag, triplets }: TripletQueueState): void {
    this.nextBag = nextBag;
    this.triplets = Uint32Array.from(triplets.flat());
    this.firstStep = step;
  }

  private leftAt(step: number): Uint32Array {
    return this.triplets.subarray(3 * this.tripletsPerStep * (step - this.firstStep));
  }
}
