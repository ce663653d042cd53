import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TripletQueue, tripletQueueSchema } from './triplet-queue.js';

const BLOCK = 6;
const options = { seed: 9, globalBatchSize: 24, blockSize: BLOCK, rank: 0, worldSize: 1, mirrors: true };
/** Triplets (3n, 3n + 1, 3n + 2). */
const mined = (first: number, count: number) => Uint32Array.from({ length: 3 * count }, (_, at) => 3 * first + at);

/** The triplets of a local batch, from blocks of anchors, positives and negatives. */
function tripletsOf(indices: ArrayLike<number>): number[][] {
  const found: number[][] = [];
  const third = BLOCK / 3;
  for (let block = 0; block < indices.length; block += BLOCK) {
    for (let at = block; at < block + third; at++) {
      found.push([indices[at]!, indices[at + third]!, indices[at + 2 * third]!]);
    }
  }
  return found;
}

/** Bags of the given sizes, taken up whenever a step finds too little; the triplets of every step. */
function runQueue(queue: TripletQueue, bags: readonly number[], steps: number, start = 0): number[][][] {
  const taken: number[][][] = [];
  const firstOf = (bag: number) => bags.slice(0, bag).reduce((sum, count) => sum + count, 0);
  for (let step = start; step < steps; step++) {
    while (!queue.holds(step)) queue.append(step, mined(firstOf(queue.bag), bags[queue.bag]!));
    taken.push(tripletsOf(queue.batchAt(step)!.indices));
  }
  return taken;
}

const bagSizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 10 });
const stepsIn = (bags: readonly number[]) => Math.floor(bags.reduce((sum, count) => sum + count, 0) / 8);

describe('the queue of triplets', () => {
  it('gives every triplet once and in order, over the ends of bags', () => {
    fc.assert(
      fc.property(bagSizes, (bags) => {
        const steps = stepsIn(bags);
        const taken = runQueue(new TripletQueue(options), bags, steps).flat();
        expect(taken).toEqual(Array.from({ length: 8 * steps }, (_, n) => [3 * n, 3 * n + 1, 3 * n + 2]));
      }),
    );
  });

  it('gives several ranks together what one rank gets, mirrors included, and each whole triplets', () => {
    const one = new TripletQueue(options);
    one.append(0, mined(0, 50));
    for (const worldSize of [2, 4]) {
      const ranks = Array.from({ length: worldSize }, (_, rank) => {
        const queue = new TripletQueue({ ...options, rank, worldSize });
        queue.append(0, mined(0, 50));
        return queue;
      });
      for (const step of [0, 1, 5]) {
        const whole = one.batchAt(step)!;
        const parts = ranks.map((queue) => queue.batchAt(step)!);
        expect(parts.flatMap(({ indices }) => Array.from(indices))).toEqual(Array.from(whole.indices));
        expect(parts.flatMap(({ mirror }) => Array.from(mirror!))).toEqual(Array.from(whole.mirror!));
      }
    }
    expect(new Set(Array.from(one.batchAt(0)!.mirror!))).toEqual(new Set([0, 1]));
    const unmirrored = new TripletQueue({ ...options, mirrors: false });
    unmirrored.append(0, mined(0, 50));
    expect(new Set(Array.from(unmirrored.batchAt(0)!.mirror!))).toEqual(new Set([0]));
  });

  it('knows of no step that has too few triplets, or that is past', () => {
    const queue = new TripletQueue(options);
    expect(queue.batchAt(0)).toBeUndefined();
    queue.append(0, mined(0, 17));
    expect([0, 1, 2].map((step) => queue.holds(step))).toEqual([true, true, false]);
    expect(queue.batchAt(2)).toBeUndefined();
    queue.append(2, mined(17, 8));
    expect(queue.batchAt(1)).toBeUndefined();
    expect(queue.holds(3)).toBe(false);
  });

  it('goes on from its state after any step as if it had never stopped, at another number of ranks too', () => {
    fc.assert(
      fc.property(bagSizes, fc.nat(), (bags, at) => {
        const steps = stepsIn(bags);
        fc.pre(steps > 0);
        const stop = at % steps;
        const whole = runQueue(new TripletQueue(options), bags, steps);
        const first = new TripletQueue({ ...options, rank: 1, worldSize: 2 });
        runQueue(first, bags, stop);
        const state = tripletQueueSchema.parse(JSON.parse(JSON.stringify(first.stateAt(stop))));
        const second = new TripletQueue(options);
        second.restore(stop, state);
        expect(runQueue(second, bags, steps, stop)).toEqual(whole.slice(stop));
      }),
    );
  });
});
