import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreDistances } from './score-distances.js';
import { drawnEmbeddings } from './testing/drawn-pairs.js';
import { referenceDistances, referenceScores } from './testing/reference.js';
import { verifyPairs } from './verify-pairs.js';

const rowsOf = (values: Float32Array, dim: number) =>
  Array.from({ length: values.length / dim }, (_, row) => [...values.subarray(row * dim, (row + 1) * dim)]);

describe('verifyPairs', () => {
  it('gives the numbers of numpy and scikit-learn', () => {
    const { plain, flipped, isSame } = drawnEmbeddings(47, 6, 19);
    /*
     * Made with numpy 2.4.6 and scikit-learn 1.9.1 from the same draws, rounded to float32: sklearn.preprocessing.normalize
     * of the sum in float64, then the protocol as in score-distances.spec.ts; xnorm is the mean of linalg.norm of all rows.
     */
    const scores = verifyPairs(plain, flipped, 6, isSame);
    expect(scores.accuracy).toBeCloseTo(0.935, 12);
    expect(scores.std).toBeCloseTo(0.10012492197250392, 12);
    expect(scores.threshold).toBeCloseTo(0.298, 12);
    expect(scores.xnorm).toBeCloseTo(6.1212868414774135, 12);
    const rounded = Object.entries(scores.tarAtFar).map(([target, { tar, far, threshold }]) =>
      [Number(target), tar, far, threshold].map((value) => Number(value.toFixed(10))),
    );
    expect(rounded).toEqual([
      [0.001, 0.8958333333, 0.0277777778, 0.2832198],
      [0.01, 0.8958333333, 0.0277777778, 0.283398],
      [0.1, 1, 0.1388888889, 0.74728],
    ]);
  });

  it('agrees with the protocol done slowly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 2, max: 16 }),
        fc.integer({ min: 1, max: 999 }),
        (count, dim, seed) => {
          const { plain, flipped, isSame } = drawnEmbeddings(count, dim, seed);
          fc.pre(new Set(isSame).size === 2);
          const scores = verifyPairs(plain, flipped, dim, isSame);
          const { distances, xnorm } = referenceDistances(rowsOf(plain, dim), rowsOf(flipped, dim));
          const expected = referenceScores(distances, Array.from(isSame, Boolean));
          expect(scores.accuracy).toBeCloseTo(expected.accuracy, 12);
          expect(scores.threshold).toBeCloseTo(expected.threshold, 12);
          expect(scores.tarAtFar['0.1']!.tar).toBeCloseTo(expected.tarAtFar['0.1']!.tar, 12);
          expect(scores.xnorm).toBeCloseTo(xnorm, 10);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('knows an image by the direction of its embedding, not by its length', () => {
    const exponents = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(exponents, fc.integer({ min: 1, max: 999 }), (powers, seed) => {
        const { plain, flipped, isSame } = drawnEmbeddings(30, 5, seed);
        fc.pre(new Set(isSame).size === 2);
        // Powers of two change no digit, so the scores are the same to the last bit.
        const scaled = (values: Float32Array) => values.map((value, i) => value * 2 ** powers[Math.floor(i / 5)]!);
        const { xnorm: _before, ...before } = verifyPairs(plain, flipped, 5, isSame);
        const { xnorm: _after, ...after } = verifyPairs(scaled(plain), scaled(flipped), 5, isSame);
        expect(after).toEqual(before);
      }),
      { numRuns: 40 },
    );
    const { plain, flipped, isSame } = drawnEmbeddings(30, 5, 37);
    const eightfold = (values: Float32Array) => values.map((value) => 8 * value);
    const { xnorm } = verifyPairs(plain, flipped, 5, isSame);
    expect(verifyPairs(eightfold(plain), eightfold(flipped), 5, isSame).xnorm).toBe(8 * xnorm);
  });

  it('takes plain and mirrored embeddings alike', () => {
    const { plain, flipped, isSame } = drawnEmbeddings(30, 5, 41);
    expect(verifyPairs(flipped, plain, 5, isSame)).toEqual(verifyPairs(plain, flipped, 5, isSame));
  });

  it('leaves a zero embedding zero: distance 1 to every other, 0 to another zero', () => {
    const isSame = Uint8Array.from({ length: 20 }, (_, pair) => (pair % 2 === 0 ? 1 : 0));
    const rows = Array.from(isSame, (same) => (same ? [0, 0, 0, 0] : [0, 0, 3, 4])).flat();
    const half = Float32Array.from(rows, (value) => value / 2);
    const distances = Float64Array.from(isSame, (same) => (same ? 0 : 1));
    // The norms 0, 0, 0 and 2.5 in turn, the plain and the mirrored ones.
    expect(verifyPairs(half, half, 2, isSame)).toEqual(scoreDistances(distances, isSame, 2.5 / 4));
  });

  it('names the pair with an embedding that is not finite, plain or mirrored', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const side of ['plain', 'flipped'] as const) {
        const drawn = drawnEmbeddings(20, 4, 43);
        drawn[side][(2 * 7 + 1) * 4 + 2] = bad;
        expect(() => verifyPairs(drawn.plain, drawn.flipped, 4, drawn.isSame)).toThrow(
          expect.objectContaining({ code: 'non_finite', details: { pair: 7 } }),
        );
      }
    }
  });

  it('refuses embeddings that do not fit the pairs', () => {
    const { plain, flipped, isSame } = drawnEmbeddings(20, 4, 47);
    const mismatch = expect.objectContaining({ code: 'shape_mismatch' });
    expect(() => verifyPairs(plain.subarray(4), flipped, 4, isSame)).toThrow(mismatch);
    expect(() => verifyPairs(plain, flipped.subarray(4), 4, isSame)).toThrow(mismatch);
    expect(() => verifyPairs(plain, flipped, 5, isSame)).toThrow(mismatch);
    expect(() => verifyPairs(plain, flipped, 4, isSame.subarray(1))).toThrow(mismatch);
    expect(() => verifyPairs(new Float32Array(0), new Float32Array(0), 0, isSame)).toThrow(mismatch);
  });
});
