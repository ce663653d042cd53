import fc from 'fast-check';
import { createInMemoryCollectives } from '#collective';
import { describe, expect, it } from 'vitest';
import { shardOf } from '../shard.js';
import { RandomClasses } from './random-classes.js';

const collectives = new Map([1, 2, 3, 5].map((worldSize) => [worldSize, createInMemoryCollectives(worldSize)]));

/** Global classes that the ranks select together. */
async function select(numClasses: number, rate: number, labels: Int32Array, step: number, worldSize: number) {
  const classes: number[] = [];
  const counts = new Set<number>();
  for (const [rank, collective] of collectives.get(worldSize)!.entries()) {
    const shard = { numClasses, ...shardOf(numClasses, rank, worldSize) };
    const sampler = new RandomClasses({ ...shard, sampling: { name: 'random', rate }, seed: 7 });
    const { local, numActive } = await sampler.select({ step, labels, features: new Float32Array(0), collective });
    for (const at of local) classes.push(shard.classStart + at);
    counts.add(numActive);
  }
  expect([...counts]).toEqual([classes.length]);
  return classes;
}

describe('random class sampling', () => {
  it('keeps every positive, fills the quota exactly, and is the same at 1, 2, 3 and 5 ranks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 4000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
        fc.nat(1_000_000),
        async (numClasses, rate, rows, step) => {
          const labels = Int32Array.from(rows, (value) => value % numClasses);
          const one = await select(numClasses, rate, labels, step, 1);
          expect(one.every((value, at) => value < numClasses && value > (one[at - 1] ?? -1))).toBe(true);
          const selected = new Set(one);
          expect(labels.every((label) => selected.has(label))).toBe(true);
          expect(one.length).toBe(Math.max(Math.round(rate * numClasses), new Set(labels).size));
          for (const worldSize of [2, 3, 5]) {
            expect(await select(numClasses, rate, labels, step, worldSize)).toEqual(one);
          }
        },
      ),
      { numRuns: 150, seed: 3 },
    );
  });

  it('draws all other classes equally often', async () => {
    const [numClasses, steps] = [60, 4000];
    const labels = Int32Array.of(3, 17, 17, 59);
    const counts = new Float64Array(numClasses);
    for (let step = 1; step <= steps; step++) for (const at of await select(numClasses, 0.3, labels, step, 2)) counts[at]!++;
    for (const label of labels) expect(counts[label]).toBe(steps);
    const share = 15 / 57;
    for (const [at, count] of counts.entries()) {
      if (labels.includes(at)) continue;
      expect(Math.abs(count - steps * share)).toBeLessThan(4.5 * Math.sqrt(steps * share * (1 - share)));
    }
  });
});
