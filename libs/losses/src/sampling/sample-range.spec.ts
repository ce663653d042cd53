import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypergeometric, logFactorial } from './hypergeometric.js';
import { sampleRange } from './sample-range.js';

const key = (step: number) => ({ seed: 5, stream: 4, step });

describe('hypergeometric', () => {
  it('ln n! equals the sum of logarithms, in the table and above it', () => {
    let sum = 0;
    for (let n = 2; n <= 3000; n++) {
      sum += Math.log(n);
      expect(Math.abs(logFactorial(n) / sum - 1)).toBeLessThan(1e-13);
    }
  });

  it('each count owns a share of [0, 1) as large as its probability', () => {
    const binomial = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(24), fc.nat(24), (population, a, b) => {
        const [marked, size] = [a % (population + 1), b % (population + 1)];
        const draws = 20_000;
        const found = new Map<number, number>();
        for (let draw = 0; draw < draws; draw++) {
          const count = hypergeometric({ population, marked, size }, (draw + 0.5) / draws);
          found.set(count, (found.get(count) ?? 0) + 1 / draws);
        }
        for (let count = 0; count <= population; count++) {
          const ways = binomial(marked, count) * binomial(population - marked, size - count);
          // A share is one interval: counting evenly spaced draws is off by less than two of them.
          expect(Math.abs((found.get(count) ?? 0) - ways / binomial(population, size))).toBeLessThan(2 / draws);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('has mean and variance of the distribution where it is large', () => {
    const urn = { population: 1_000_000, marked: 400_000, size: 100_000 };
    const draws = 100_000;
    const counts = Array.from({ length: draws }, (_, index) => hypergeometric(urn, (index + 0.5) / draws));
    const mean = counts.reduce((sum, count) => sum + count, 0) / draws;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / draws;
    expect(mean / 40_000).toBeCloseTo(1, 5);
    expect(variance / (100_000 * 0.4 * 0.6 * 0.9)).toBeCloseTo(1, 2);
  });
});

describe('a sample without replacement', () => {
  it('has exactly its size, rises, and is the union of the parts of any split', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        fc.nat(1_000_000),
        (population, share, cuts, step) => {
          const size = Math.round(population * share);
          const whole = sampleRange(key(step), population, size, 0, population);
          expect(whole.length).toBe(size);
          expect(whole.every((position, at) => position < population && position > (whole[at - 1] ?? -1))).toBe(true);
          const borders = [0, ...cuts.map((cut) => Math.floor(cut * population)).sort((a, b) => a - b), population];
          const parts = borders.slice(1).flatMap((to, at) => [...sampleRange(key(step), population, size, borders[at]!, to)]);
          expect(parts).toEqual([...whole]);
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });

  it('draws every position and every pair equally often, within a leaf and across leaves', () => {
    const population = 2600;
    const size = 700;
    const steps = 3000;
    const counts = new Float64Array(population);
    const pairs: [number, number][] = [
      [0, 1],
      [0, 2599],
      [1023, 1024],
      [1500, 1501],
    ];
    const together = new Float64Array(pairs.length);
    for (let step = 0; step < steps; step++) {
      const drawn = new Set(sampleRange(key(step), population, size, 0, population));
      for (const position of drawn) counts[position]!++;
      for (const [at, [a, b]] of pairs.entries()) if (drawn.has(a) && drawn.has(b)) together[at]!++;
    }
    const share = size / population;
    const chiSquare = counts.reduce((sum, count) => sum + (count - steps * share) ** 2, 0) / (steps * share * (1 - share));
    // Chi square of 2599 degrees (the fixed size takes one): mean 2599, deviation 72.
    expect(Math.abs(chiSquare - population)).toBeLessThan(5 * Math.sqrt(2 * population));
    const both = (share * (size - 1)) / (population - 1);
    for (const count of together) {
      expect(Math.abs(count - steps * both)).toBeLessThan(5 * Math.sqrt(steps * both * (1 - both)));
    }
  });

  it('differs from step to step and refuses what it does not have', () => {
    const at = (step: number) => [...sampleRange(key(step), 500, 20, 0, 500)];
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    for (const [population, size, from, to] of [
      [10, 11, 0, 10],
      [10, -1, 0, 10],
      [10, 5, 4, 11],
      [10, 5, 4, 3],
    ] as const) {
      expect(() => sampleRange(key(1), population, size, from, to)).toThrow('Cannot draw');
    }
  });
});
