import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnder, rocCurve, tarAt, thinCurve } from './roc.js';
import { drawer } from './testing/drawn-pairs.js';

const pairs = fc
  .array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.boolean()), { minLength: 2, maxLength: 120 })
  .filter((all) => new Set(all.map(([, same]) => same)).size === 2)
  .map((all) => ({
    similarities: Float64Array.from(all, ([value]) => value / 50),
    isSame: Uint8Array.from(all, ([, same]) => Number(same)),
  }));

describe('rocCurve', () => {
  it('gives the numbers of scikit-learn', () => {
    const next = drawer(23);
    const similarities: number[] = [];
    const isSame: number[] = [];
    for (let pair = 0; pair < 200; pair++) {
      const same = next() % 2 === 0;
      isSame.push(Number(same));
      similarities.push(((next() % 900) + (same ? 250 : 0)) / 1000 - 0.3);
    }
    // scikit-learn 1.9.1 on the same draws: roc_curve(drop_intermediate=False), roc_auc_score.
    const curve = rocCurve(Float64Array.from(similarities), Uint8Array.from(isSame));
    expect(curve).toHaveLength(188);
    expect(areaUnder(curve)).toBeCloseTo(0.7495454545454545, 12);
    expect(tarAt(curve, 0.01)).toEqual({
      far: expect.closeTo(0.00909090909, 10),
      tar: expect.closeTo(0.24444444444, 10),
      threshold: 0.583,
    });
    expect(tarAt(curve, 0.05).tar).toBeCloseTo(1 / 3, 12);
    expect(tarAt(curve, 0.053, 'nearest').tar).toBeCloseTo(0.35555555555555557, 12);
    expect(tarAt(curve, 0.3)).toMatchObject({ far: 0.3, threshold: 0.3 });
  });

  it('counts what each threshold accepts', () => {
    fc.assert(
      fc.property(pairs, ({ similarities, isSame }) => {
        const curve = rocCurve(similarities, isSame);
        const share = (same: number, threshold: number) => {
          const those = [...similarities].filter((_, pair) => isSame[pair] === same);
          return those.filter((value) => value >= threshold).length / those.length;
        };
        for (const { threshold, far, tar } of curve) {
          expect(far).toBe(share(0, threshold));
          expect(tar).toBe(share(1, threshold));
        }
        expect(curve.at(-1)).toMatchObject({ far: 1, tar: 1 });
        expect(curve).toHaveLength(new Set(similarities).size + 1);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps the corners that scikit-learn keeps, and with them the area', () => {
    fc.assert(
      fc.property(pairs, ({ similarities, isSame }) => {
        const all = rocCurve(similarities, isSame);
        const [numGenuine, numImpostors] = [1, 0].map((kind) => isSame.filter((same) => same === kind).length) as [
          number,
          number,
        ];
        // np.where(np.r_[True, np.logical_or(np.diff(fps, 2), np.diff(tps, 2)), True]) behind the point that accepts nothing.
        const counts = all.map(({ far, tar }) => [Math.round(far * numImpostors), Math.round(tar * numGenuine)] as const);
        const bends = (at: number) =>
          [0, 1].some((of) => counts[at + 1]![of]! - 2 * counts[at]![of]! + counts[at - 1]![of]! !== 0);
        const kept = all.filter((_, at) => at <= 1 || at === all.length - 1 || bends(at));
        const curve = rocCurve(similarities, isSame, { corners: true });
        expect(curve).toEqual(kept);
        expect(areaUnder(curve)).toBeCloseTo(areaUnder(all), 12);
      }),
      { numRuns: 100 },
    );
  });

  it('has an area that is the share of rightly ordered pairs, ties half', () => {
    fc.assert(
      fc.property(pairs, ({ similarities, isSame }) => {
        const genuine = [...similarities].filter((_, pair) => isSame[pair]);
        const impostor = [...similarities].filter((_, pair) => !isSame[pair]);
        let right = 0;
        for (const a of genuine) for (const b of impostor) right += a > b ? 1 : a === b ? 0.5 : 0;
        expect(areaUnder(rocCurve(similarities, isSame))).toBeCloseTo(right / (genuine.length * impostor.length), 10);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps its ends when it is thinned, and points on the curve only', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 2, max: 60 }), ({ similarities, isSame }, numPoints) => {
        const curve = rocCurve(similarities, isSame);
        const thin = thinCurve(curve, numPoints);
        expect(thin[0]).toEqual(curve[0]);
        expect(thin.at(-1)).toEqual(curve.at(-1));
        expect(thin.every((point) => curve.includes(point))).toBe(true);
        expect(thin.length).toBeLessThanOrEqual(3 * numPoints + 4);
      }),
    );
  });

  it('refuses what it cannot count', () => {
    expect(() => rocCurve(Float64Array.of(1, NaN), Uint8Array.of(1, 0))).toThrow(expect.objectContaining({ code: 'non_finite' }));
    expect(() => rocCurve(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toThrow(
      expect.objectContaining({ code: 'dataset_invalid' }),
    );
    expect(() => rocCurve(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
  });
});
