import { beforeAll, describe, expect, it } from 'vitest';
import { createInMemoryCollectives } from '#collective';
import { engineFolder, startEngine, tf, type Engine } from '#engine';
import { globalNorm } from '#losses';
import { gradientMemory, GradientBuckets } from './gradient-buckets.js';

const SHAPES: Readonly<Record<string, readonly number[]>> = { a: [5, 3], b: [7], c: [2, 2, 4] };
const LENGTH = 38;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('cpu', { threads: 1, folder: engineFolder(process.env) });
});

const valuesOf = (rank: number, name: string): number[] =>
  Array.from({ length: tf.util.sizeFromShape([...SHAPES[name]!]) }, (_, at) =>
    Math.sin(1 + at + 100 * rank + name.charCodeAt(0)),
  );

/** What every rank gets when each hands in its gradients; three buckets. */
function sum(worldSize: number, poisoned: number | null = null) {
  return Promise.allSettled(
    createInMemoryCollectives(worldSize).map((collective, rank) => {
      const buckets = new GradientBuckets(collective, engine, gradientMemory(LENGTH), { bucketBytes: 40 });
      for (const [name, shape] of Object.entries(SHAPES)) {
        const values = valuesOf(rank, name);
        if (rank === poisoned && name === 'b') values[3] = NaN;
        buckets.add(name, tf.tensor(values, [...shape]));
      }
      return buckets.finish(9);
    }),
  );
}

describe('gradient buckets', () => {
  it.each([1, 3])('give the sum over %i ranks and its norm, the same bits on every rank', async (worldSize) => {
    const outcomes = (await sum(worldSize)).map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    const [first] = outcomes;
    let squares = 0;
    for (const name of Object.keys(SHAPES)) {
      const gradient = first!.gradients.get(name)!;
      for (const [at, value] of gradient.entries()) {
        let expected = 0;
        for (let rank = 0; rank < worldSize; rank++) expected += valuesOf(rank, name)[at]!;
        squares += expected * expected;
        // Sums of up to three numbers below 1, each rounded to float32.
        expect(Math.abs(value - expected)).toBeLessThan(1e-6);
      }
    }
    expect(first!.norm / Math.sqrt(squares)).toBeCloseTo(1, 6);
    for (const { gradients, norm } of outcomes) {
      expect(norm).toBe(first!.norm);
      expect(norm).toBe(globalNorm([...gradients.values()]));
    }
  });

  it.each([
    [1, 0],
    [3, 1],
  ])('of %i ranks all say that the gradient of rank %i is not finite', async (worldSize, poisoned) => {
    for (const outcome of await sum(worldSize, poisoned)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'non_finite',
          message: expect.stringContaining(`of rank ${poisoned} `),
          details: { step: 9, rank: poisoned },
        },
      });
    }
  });
});
