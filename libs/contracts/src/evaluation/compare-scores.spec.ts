import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareScores, marginsSchema } from './compare-scores.js';
import type { ScoreSummary } from './evaluation-scores.js';

type Verification = Extract<ScoreSummary, { protocol: 'verification' }>;
const scores = (overrides: Partial<Verification> = {}): Verification => ({
  protocol: 'verification',
  numPairs: 6_000,
  accuracy: 0.95,
  std: 0.01,
  threshold: 1,
  xnorm: 20,
  tarAtFar: { '0.001': { tar: 0.9, far: 0.001, threshold: 1 } },
  interval: { low: 0.94, high: 0.96, level: 0.95 },
  areaUnderRoc: 0.98,
  ...overrides,
});
const regressed = (baseline: ScoreSummary, current: ScoreSummary, margins: Record<string, number> | null = null): string[] =>
  compareScores(baseline, current, margins)
    .filter(({ isRegression }) => isRegression)
    .map(({ metric }) => metric);

describe('compareScores', () => {
  it('lets accuracy fall to the low end of the interval, and no further', () => {
    expect(regressed(scores(), scores({ accuracy: 0.94 }))).toEqual([]);
    expect(regressed(scores(), scores({ accuracy: 0.9399 }))).toEqual(['accuracy']);
    expect(compareScores(scores(), scores({ accuracy: 0.9 }), null).at(-1)).toEqual({
      ...{ metric: 'accuracy', baseline: 0.95, current: 0.9, marginFrom: 'bootstrap', isRegression: true },
      margin: expect.closeTo(0.01, 12) as number,
    });
  });

  it('takes the margin that is given', () => {
    expect(regressed(scores(), scores({ accuracy: 0.9 }), { accuracy: 0.05 })).toEqual([]);
    expect(regressed(scores(), scores({ accuracy: 0.9499 }), { accuracy: 0 })).toEqual(['accuracy']);
    expect(regressed(scores(), scores({ areaUnderRoc: 0.97 }), { areaUnderRoc: 0.005 })).toEqual(['areaUnderRoc']);
  });

  it('knows how far a share of so many trials may fall by chance', () => {
    const of = (tar: number) => scores({ tarAtFar: { '0.001': { tar, far: 0.001, threshold: 1 } } });
    // Wilson's interval of 2,700 in 3,000 begins at 0.88873.
    expect(regressed(of(0.9), of(0.889))).toEqual([]);
    expect(regressed(of(0.9), of(0.888))).toEqual(['tarAtFar.0.001']);
    // A perfect score has room, too.
    expect(regressed(of(1), of(0.999))).toEqual([]);
    expect(regressed(of(1), of(0.99))).toEqual(['tarAtFar.0.001']);
    expect(regressed(scores({ interval: null }), scores({ accuracy: 0.9 }))).toEqual(['accuracy']);
  });

  it('compares nothing that is not on both sides, or is no number', () => {
    expect(compareScores(scores({ accuracy: NaN }), scores(), null).map(({ metric }) => metric)).not.toContain('accuracy');
    expect(regressed(scores(), scores({ accuracy: NaN, areaUnderRoc: -Infinity }))).toEqual([]);
    expect(regressed(scores(), scores({ tarAtFar: {} }))).toEqual([]);
    const other: ScoreSummary = {
      ...{ protocol: 'identification', numProbes: 100, numIdentities: 10, numDistractors: 0, rank1Accuracy: 0.1, cmc: [] },
      ...{ tarAtFar: {}, xnorm: 1 },
    };
    expect(compareScores(scores(), other, null)).toEqual([]);
    expect(regressed({ ...other, rank1Accuracy: 0.9 }, other)).toEqual(['rank1Accuracy']);
  });

  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const any = fc
    .record({
      accuracy: share,
      areaUnderRoc: share,
      numPairs: fc.integer({ min: 1, max: 1e7 }),
      half: fc.option(fc.double({ min: 0, max: 0.2, noNaN: true })),
      tar: share,
    })
    .map(({ half, tar, ...rest }) => {
      const interval = half === null ? null : { low: rest.accuracy - half, high: rest.accuracy + half, level: 0.95 };
      return scores({ ...rest, interval, tarAtFar: { '0.01': { tar, far: 0.01, threshold: 1 } } });
    });
  const margins = fc.option(fc.record({ accuracy: share, areaUnderRoc: share }));

  it('never alarms for equal or better scores', () => {
    fc.assert(
      fc.property(any, share, margins, (before, gain, given) => {
        expect(regressed(before, before, given)).toEqual([]);
        const better = { ...before, accuracy: Math.min(1, before.accuracy + gain) };
        expect(regressed(before, better, given)).toEqual([]);
      }),
    );
  });

  it('alarms the more the further a metric falls, and the less the wider its margin', () => {
    fc.assert(
      fc.property(any, share, share, share, (before, a, b, wider) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        if (regressed(before, { ...before, accuracy: high }).includes('accuracy')) {
          expect(regressed(before, { ...before, accuracy: low })).toContain('accuracy');
        }
        const narrow = regressed(before, { ...before, accuracy: low }, { accuracy: Math.min(wider, high) });
        if (narrow.length === 0) expect(regressed(before, { ...before, accuracy: low }, { accuracy: 1 })).toEqual([]);
      }),
    );
  });
});

it('takes margins of metrics only', () => {
  for (const metric of ['accuracy', 'areaUnderRoc', 'rank1Accuracy', 'tarAtFar.0.001', 'tarAtFar.1e-6']) {
    expect(marginsSchema.safeParse({ [metric]: 0.01 }).success).toBe(true);
  }
  for (const wrong of [{ speed: 0.1 }, { accuracy: 2 }, { accuracy: -1 }, { 'tarAtFar.': 0.1 }, { __proto__x: 0.1 }]) {
    expect(marginsSchema.safeParse(wrong).success).toBe(false);
  }
});
