import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BagPlanner } from './bag-planner.js';

const scene = fc
  .record({
    counts: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 40 }),
    imagesPerIdentity: fc.integer({ min: 2, max: 6 }),
    bagSize: fc.integer({ min: 1, max: 60 }),
    seed: fc.integer({ min: 0, max: 0xffffffff }),
  })
  .filter(({ counts }) => counts.filter((count) => count > 0).length > 1 && counts.some((count) => count > 1))
  .map(({ counts, ...rest }) => {
    const sorted = counts.flatMap((count, label) => new Array<number>(count).fill(label));
    // Samples of an identity need not stand together in the data set.
    const labels = Int32Array.from(sorted, (_, at) => sorted[(at * 7) % sorted.length]!);
    const usable = sorted.length % 7 === 0 ? Int32Array.from(sorted) : labels;
    return { options: { ...rest, labels: usable, numClasses: counts.length }, counts };
  });

describe('bags', () => {
  it('of a pass hold no sample twice, at most so many of an identity, and those together', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 0, max: 3 }), ({ options, counts }, pass) => {
        const planner = new BagPlanner(options);
        const usable = counts.reduce((sum, count) => sum + Math.min(count, options.imagesPerIdentity), 0);
        expect(planner.bagSize).toBe(Math.min(options.bagSize, usable));
        expect(planner.bagsPerPass).toBe(Math.floor(usable / planner.bagSize));
        const seen = new Set<number>();
        const taken = new Map<number, number>();
        let last = -1;
        const finished = new Set<number>();
        for (let bag = pass * planner.bagsPerPass; bag < (pass + 1) * planner.bagsPerPass; bag++) {
          const { samples, labels } = planner.bagAt(bag);
          expect(samples).toHaveLength(planner.bagSize);
          for (const [at, sample] of samples.entries()) {
            expect(seen.has(sample)).toBe(false);
            seen.add(sample);
            const label = labels[at]!;
            expect(label).toBe(options.labels[sample]);
            taken.set(label, (taken.get(label) ?? 0) + 1);
            if (label !== last) {
              expect(finished.has(label)).toBe(false);
              finished.add(last);
              last = label;
            }
          }
        }
        for (const count of taken.values()) expect(count).toBeLessThanOrEqual(options.imagesPerIdentity);
      }),
    );
  });

  it('depend on their number only, not on which were asked for before', () => {
    fc.assert(
      fc.property(scene, fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 }), ({ options }, order) => {
        const planner = new BagPlanner(options);
        for (const bag of order) expect(planner.bagAt(bag)).toEqual(new BagPlanner(options).bagAt(bag));
      }),
    );
  });

  it('differ from pass to pass and from seed to seed', () => {
    const labels = Int32Array.from({ length: 400 }, (_, sample) => sample % 40);
    const bagOf = (seed: number, bag: number) =>
      new BagPlanner({ seed, labels, numClasses: 40, imagesPerIdentity: 4, bagSize: 160 }).bagAt(bag);
    expect(bagOf(1, 1).samples).not.toEqual(bagOf(1, 0).samples);
    expect(bagOf(2, 0).samples).not.toEqual(bagOf(1, 0).samples);
  });

  it('take every image of an identity equally often', () => {
    const labels = Int32Array.from({ length: 60 }, (_, sample) => sample % 6);
    const planner = new BagPlanner({ seed: 5, labels, numClasses: 6, imagesPerIdentity: 3, bagSize: 18 });
    const counts = new Float64Array(60);
    for (let bag = 0; bag < 1000; bag++) for (const sample of planner.bagAt(bag).samples) counts[sample]!++;
    // 3 of 10 images in each of 1000 bags; 5 standard deviations (14.5) of a fair draw, which is fixed by its seed.
    for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(73);
  });

  it.each([
    ['one image of each identity', [0, 1, 2]],
    ['one identity', [0, 0, 0]],
  ])('are refused where there is only %s', (_, labels) => {
    const options = { seed: 1, labels: Int32Array.from(labels), numClasses: 3, imagesPerIdentity: 5, bagSize: 100 };
    expect(() => new BagPlanner(options)).toThrow(expect.objectContaining({ code: 'dataset_invalid' }));
  });
});
