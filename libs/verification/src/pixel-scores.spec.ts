import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pixelDistance, pixelScores } from './pixel-scores.js';
import { scoreDistances } from './score-distances.js';
import { drawer } from './testing/drawn-pairs.js';

const image = (length: number, seed: number) => Uint8Array.from({ length }, drawer(seed));
const pixels = fc.uint8Array({ minLength: 2, maxLength: 50 });

/** The mean removed first, then the cosine: the other way round than the code. */
function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const centred = (values: number[]) => values.map((value) => value - values.reduce((x, y) => x + y, 0) / values.length);
  const [x, y] = [centred(Array.from(a)), centred(Array.from(b))];
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0) / (Math.hypot(...x) * Math.hypot(...y));
}

describe('pixelDistance', () => {
  it('is 2 - 2 cos of the mean-free images', () => {
    const [a, b] = [image(300, 3), image(300, 5)];
    const { squaredDistance, norms } = pixelDistance(a, b);
    expect(squaredDistance).toBeCloseTo(2 - 2 * cosineOf(a, b), 12);
    const mean = a.reduce((x, y) => x + y, 0) / 300;
    expect(norms[0]).toBeCloseTo(Math.hypot(...Array.from(a, (value) => value - mean)), 9);
    expect(norms[1]).toBe(pixelDistance(b, a).norms[0]);
  });

  it('lies in 0..4, is symmetric, and 0 for an image and itself', () => {
    fc.assert(
      fc.property(pixels, fc.integer({ min: 1, max: 999 }), (a, seed) => {
        const b = image(a.length, seed);
        const { squaredDistance } = pixelDistance(a, b);
        expect(squaredDistance).toBeGreaterThanOrEqual(0);
        expect(squaredDistance).toBeLessThanOrEqual(4 + 1e-12);
        expect(pixelDistance(b, a).squaredDistance).toBe(squaredDistance);
        if (new Set(a).size > 1) expect(pixelDistance(a, a).squaredDistance).toBeCloseTo(0, 12);
      }),
    );
  });

  it('does not see brightness and contrast, and sees a negative as the farthest', () => {
    const a = image(300, 7);
    const b = image(300, 11);
    const { squaredDistance } = pixelDistance(a, b);
    expect(
      pixelDistance(
        Float64Array.from(a, (value) => value / 2 + 40),
        b,
      ).squaredDistance,
    ).toBeCloseTo(squaredDistance, 12);
    expect(
      pixelDistance(
        a,
        a.map((value) => 255 - value),
      ).squaredDistance,
    ).toBeCloseTo(4, 12);
  });

  it('puts an image of one colour half way', () => {
    const flat = new Uint8Array(112 * 112 * 3).fill(77);
    expect(pixelDistance(flat, image(flat.length, 13))).toMatchObject({ squaredDistance: 2, norms: [0, expect.any(Number)] });
    expect(pixelDistance(flat, flat)).toEqual({ squaredDistance: 2, norms: [0, 0] });
  });

  it('refuses images of different sizes and of none', () => {
    const mismatch = expect.objectContaining({ code: 'shape_mismatch' });
    expect(() => pixelDistance(image(5, 1), image(6, 1))).toThrow(mismatch);
    expect(() => pixelDistance([], [])).toThrow(mismatch);
  });
});

describe('pixelScores', () => {
  const isSame = Uint8Array.from({ length: 30 }, (_, pair) => (pair % 3 === 0 ? 1 : 0));
  const pairs = Array.from(isSame, (same, pair) =>
    pixelDistance(image(60, pair + 1), same ? image(60, pair + 1).map((value) => value ^ 3) : image(60, pair + 100)),
  );

  it('scores by the same protocol; XNorm is the mean norm of all images', () => {
    const distances = Float64Array.from(pairs, ({ squaredDistance }) => squaredDistance);
    const norms = pairs.flatMap((pair) => pair.norms);
    const scores = pixelScores(pairs, isSame);
    expect(scores.xnorm).toBeCloseTo(norms.reduce((a, b) => a + b, 0) / 60, 10);
    expect(scores).toEqual(scoreDistances(distances, isSame, scores.xnorm));
    expect(scores.accuracy).toBe(1);
  });

  it('refuses other lengths and a distance that is not finite', () => {
    expect(() => pixelScores(pairs.slice(1), isSame)).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
    const damaged = pairs.with(4, pixelDistance([0, NaN], [0, 1]));
    expect(() => pixelScores(damaged, isSame)).toThrow(expect.objectContaining({ code: 'non_finite', details: { pair: 4 } }));
  });
});
