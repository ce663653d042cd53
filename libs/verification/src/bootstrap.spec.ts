import { describe, expect, it } from 'vitest';
import { bootstrapDifference, bootstrapMean } from './bootstrap.js';
import { drawer } from './testing/drawn-pairs.js';

function outcomes(length: number, perMille: number, seed: number): Uint8Array {
  const next = drawer(seed);
  return Uint8Array.from({ length }, () => (next() % 1000 < perMille ? 1 : 0));
}

describe('bootstrap', () => {
  it('is as wide as the normal approximation says, where that holds', () => {
    const values = outcomes(4000, 900, 5);
    const { estimate, low, high } = bootstrapMean(values, { numResamples: 4000 });
    expect(estimate).toBe(values.reduce((sum, value) => sum + value, 0) / 4000);
    const deviation = Math.sqrt((estimate * (1 - estimate)) / 4000);
    // Within a tenth: 4000 resamples give the ends of the interval to about 4 % of its half width.
    expect((estimate - low) / (1.96 * deviation)).toBeCloseTo(1, 0.9);
    expect((high - estimate) / (1.96 * deviation)).toBeCloseTo(1, 0.9);
  });

  it('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let trial = 1; trial <= 200; trial++) {
      const { low, high } = bootstrapMean(outcomes(300, 800, 17 * trial), { numResamples: 300, seed: trial });
      if (low <= 0.8 && 0.8 <= high) covered++;
    }
    // Binomial(200, 0.95) lies in 177..199 but for one case in a thousand.
    expect(covered).toBeGreaterThanOrEqual(177);
    expect(covered).toBeLessThanOrEqual(199);
  });

  it('tells two models apart on the same pairs, which apart it could not', () => {
    const a = outcomes(2000, 900, 11);
    const b = a.map((value, pair) => (pair % 80 === 0 ? 1 : value));
    const gain = bootstrapDifference(a, b);
    expect(gain.estimate).toBeGreaterThan(0);
    const [first, second] = [bootstrapMean(a), bootstrapMean(b)];
    expect(second.low).toBeLessThan(first.high);
    if (gain.estimate > 0.002) expect(gain.low).toBeGreaterThanOrEqual(0);
    expect(bootstrapDifference(a, a)).toEqual({ estimate: 0, low: 0, high: 0 });
  });

  it('gives the same for the same seed, and refuses what are not the same pairs', () => {
    const values = outcomes(1000, 500, 2);
    const of = (seed: number) => bootstrapMean(values, { seed, numResamples: 50 });
    expect(of(4)).toEqual(of(4));
    expect(new Set([4, 5, 6, 7].map((seed) => of(seed).low)).size).toBeGreaterThan(1);
    expect(() => bootstrapDifference(values, values.subarray(1))).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
    expect(() => bootstrapMean(new Uint8Array())).toThrow(expect.objectContaining({ code: 'dataset_invalid' }));
  });
});
