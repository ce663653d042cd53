import { verificationScoresSchema, type VerificationScores } from '#contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contiguousFolds } from './folds.js';
import { scoreDistances } from './score-distances.js';
import { drawnDistances } from './testing/drawn-pairs.js';
import { referenceScores } from './testing/reference.js';

type Scores = Omit<VerificationScores, 'xnorm'>;

/** Sums of a few hundred float64 values of size 1 to 4 in another order. */
const TOLERANCE_DIGITS = 12;

/** `stdDigits`: the std is a root, where rounding of 1e-16 around zero becomes 1e-8. */
function expectScores(actual: VerificationScores, expected: Scores, stdDigits = TOLERANCE_DIGITS): void {
  expect(actual.numPairs).toBe(expected.numPairs);
  expect(actual.accuracy).toBeCloseTo(expected.accuracy, TOLERANCE_DIGITS);
  expect(actual.std).toBeCloseTo(expected.std, stdDigits);
  expect(actual.threshold).toBeCloseTo(expected.threshold, TOLERANCE_DIGITS);
  expect(Object.keys(actual.tarAtFar)).toEqual(Object.keys(expected.tarAtFar));
  for (const [far, { tar, far: measured, threshold }] of Object.entries(expected.tarAtFar)) {
    expect(actual.tarAtFar[far]!.tar).toBeCloseTo(tar, TOLERANCE_DIGITS);
    expect(actual.tarAtFar[far]!.far).toBeCloseTo(measured, TOLERANCE_DIGITS);
    expect(actual.tarAtFar[far]!.threshold).toBeCloseTo(threshold, TOLERANCE_DIGITS);
  }
}

/** `count` times a genuine pair and an impostor pair. */
function alternating(genuine: number, impostor: number, count = 10) {
  const distances = Float64Array.from({ length: 2 * count }, (_, pair) => (pair % 2 === 0 ? genuine : impostor));
  return { distances, isSame: Uint8Array.from(distances, (_, pair) => (pair % 2 === 0 ? 1 : 0)) };
}

const score = ({ distances, isSame }: { distances: Float64Array; isSame: Uint8Array }) => scoreDistances(distances, isSame, 1);

/*
 * Made with numpy 2.4.6 and scikit-learn 1.9.1 from the same draws: KFold(10), argmax of the accuracies over
 * arange(0, 4, 0.01) on the training part, std with ddof 0; FAR over arange(0, 4, 0.001) on the training part, searchsorted
 * from the left and the line between that point and the one before; means over the folds that hold pairs of the kind.
 */
const FIXED: readonly (Scores & { readonly draw: Parameters<typeof drawnDistances> })[] = [
  {
    draw: [600, 7],
    numPairs: 600,
    accuracy: 0.7833333333333334,
    std: 0.04944132324730442,
    threshold: 2.4,
    tarAtFar: {
      '0.001': { tar: 0.44029003560914015, far: 0.0064516129032258064, threshold: 1.00074645 },
      '0.01': { tar: 0.44029003560914015, far: 0.009576612903225807, threshold: 1.011864 },
      '0.1': { tar: 0.5886713889918841, far: 0.10208842149965458, threshold: 1.32624 },
    },
  },
  {
    draw: [137, 11],
    numPairs: 137,
    accuracy: 0.706043956043956,
    std: 0.10335659942221931,
    threshold: 1.675,
    tarAtFar: {
      '0.001': { tar: 0.45436507936507936, far: 0.014285714285714285, threshold: 1.0244648 },
      '0.01': { tar: 0.45436507936507936, far: 0.014285714285714285, threshold: 1.025048 },
      '0.1': { tar: 0.5001984126984127, far: 0.09464285714285714, threshold: 1.19048 },
    },
  },
  {
    draw: [13, 5],
    numPairs: 13,
    accuracy: 0.5,
    std: 0.4472135954999579,
    threshold: 1.588,
    tarAtFar: {
      '0.001': { tar: 0.5, far: 0.16666666666666666, threshold: 1.2234054 },
      '0.01': { tar: 0.5, far: 0.16666666666666666, threshold: 1.223454 },
      '0.1': { tar: 0.5, far: 0.16666666666666666, threshold: 1.22394 },
    },
  },
  {
    // Not quite one kind per fold: 103 pairs do not fill ten folds evenly.
    draw: [103, 3, true],
    numPairs: 103,
    accuracy: 0.8527272727272728,
    std: 0.14297893273700002,
    threshold: 2.228,
    tarAtFar: {
      '0.001': { tar: 0.3792929292929293, far: 0.014285714285714287, threshold: 1.0521459 },
      '0.01': { tar: 0.3792929292929293, far: 0.014285714285714287, threshold: 1.052559 },
      '0.1': { tar: 0.4709595959595959, far: 0.146031746031746, threshold: 1.33289 },
    },
  },
];

describe('scoreDistances', () => {
  it.each(FIXED)('gives the numbers of numpy and scikit-learn for $numPairs pairs', ({ draw, ...expected }) => {
    expectScores(score(drawnDistances(...draw)), expected);
  });

  it('keeps to the protocol for any distances', () => {
    const distance = fc.oneof(
      fc.nat(4_000).map((i) => i / 1_000),
      fc.nat(400).map((i) => i * 0.01),
      fc.double({ min: 0, max: 4, noNaN: true }),
    );
    const pairs = fc
      .array(fc.record({ distance, same: fc.boolean() }), { minLength: 10, maxLength: 45 })
      .filter((all) => all.some(({ same }) => same) && all.some(({ same }) => !same));
    fc.assert(
      fc.property(pairs, (all) => {
        const isSame = all.map(({ same }) => same);
        const distances = all.map((pair) => pair.distance);
        const scores = scoreDistances(Float64Array.from(distances), Uint8Array.from(isSame, Number), 1);
        expectScores(scores, referenceScores(distances, isSame), 7);
        expect(verificationScoresSchema.parse(scores)).toEqual(scores);
      }),
      { numRuns: 40 },
    );
  });

  it('does not depend on the order within a fold', () => {
    const numPairs = fc.integer({ min: 10, max: 120 });
    fc.assert(
      fc.property(numPairs, fc.integer({ min: 1, max: 1_000 }), fc.infiniteStream(fc.nat()), (count, seed, keys) => {
        const { distances, isSame } = drawnDistances(count, seed);
        fc.pre(new Set(isSame).size === 2);
        const order = contiguousFolds(count, 10).flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, i) => ({ pair: start + i, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ pair }) => pair),
        );
        const moved = {
          distances: Float64Array.from(order, (pair) => distances[pair]!),
          isSame: Uint8Array.from(order, (pair) => isSame[pair]!),
        };
        expect(score(moved)).toEqual(score({ distances, isSame }));
      }),
      { numRuns: 40 },
    );
  });

  it('accepts below a threshold, not at it: at every one of the 400', () => {
    for (let i = 1; i < 400; i++) {
      const { accuracy, threshold } = score(alternating((i - 1) * 0.01, i * 0.01));
      expect(accuracy).toBe(1);
      expect(threshold).toBeCloseTo(i * 0.01, TOLERANCE_DIGITS);
    }
  });

  it('takes the first of several thresholds that do equally well', () => {
    expect(score(alternating(0.5, 3)).threshold).toBeCloseTo(0.51, TOLERANCE_DIGITS);
    // Nothing accepted is as good as everything accepted.
    expect(score(alternating(1, 1))).toMatchObject({ accuracy: 0.5, std: 0, threshold: 0 });
  });

  it('makes of constant distances the share of the more frequent kind', () => {
    const distances = new Float64Array(40).fill(0.25);
    const mostlySame = Uint8Array.from(distances, (_, pair) => (pair % 4 === 0 ? 0 : 1));
    const scores = scoreDistances(distances, mostlySame, 1);
    expect(scores).toMatchObject({ accuracy: 0.75, std: 0 });
    expect(scores.threshold).toBeCloseTo(0.26, TOLERANCE_DIGITS);
    // All impostors come in at 0.251: the line from FAR 0 at 0.250 passes 0.1 after a tenth of the step.
    expect(scores.tarAtFar['0.1']!.threshold).toBeCloseTo(0.2501, TOLERANCE_DIGITS);
    expect(scores.tarAtFar['0.1']).toMatchObject({ tar: 1, far: 1 });
    expect(
      scoreDistances(
        distances,
        mostlySame.map((same) => 1 - same),
        1,
      ),
    ).toMatchObject({ accuracy: 0.75, threshold: 0 });
  });

  it('scores folds that hold one kind of pair only', () => {
    const { distances } = drawnDistances(100, 17);
    const isSame = Uint8Array.from(distances, (_, pair) => (Math.floor(pair / 10) % 2 === 0 ? 1 : 0));
    expectScores(score({ distances, isSame }), referenceScores([...distances], Array.from(isSame, Boolean)));
  });

  it('accepts nobody at a FAR that the other folds do not reach', () => {
    // All impostors are in the first fold: its own threshold is found where there are none. Those at 4 are never accepted.
    const isSame = Uint8Array.from({ length: 100 }, (_, pair) => (pair < 10 ? 0 : 1));
    const far = scoreDistances(new Float64Array(100).fill(4), isSame, 1).tarAtFar['0.001'];
    expect(far).toEqual({ tar: 0, far: 0, threshold: 0 });
    expectScores(
      score({ distances: new Float64Array(100).fill(3.5), isSame }),
      referenceScores(Array(100).fill(3.5), Array.from(isSame, Boolean)),
    );
  });

  it('takes any number but 0 for the same person', () => {
    const { distances, isSame } = drawnDistances(50, 23);
    const otherMark = isSame.map((same) => same * 255);
    expect(score({ distances, isSame: otherMark })).toEqual(score({ distances, isSame }));
    expect(() => score({ distances, isSame: new Uint8Array(50).fill(2) })).toThrow(/one kind/);
  });

  it('names a distance that is not finite', () => {
    for (const bad of [NaN, Infinity]) {
      const { distances, isSame } = drawnDistances(20, 29);
      distances[13] = bad;
      expect(() => score({ distances, isSame })).toThrow(expect.objectContaining({ code: 'non_finite', details: { pair: 13 } }));
    }
  });

  it('refuses other lengths, fewer pairs than folds, and pairs of one kind', () => {
    const { distances, isSame } = drawnDistances(20, 31);
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(() => score({ distances: distances.subarray(1), isSame })).toThrow(code('shape_mismatch'));
    expect(() => score({ distances: distances.subarray(0, 9), isSame: isSame.subarray(0, 9) })).toThrow(code('dataset_invalid'));
    expect(() => score({ distances, isSame: new Uint8Array(20) })).toThrow(code('dataset_invalid'));
    expect(() => score({ distances, isSame: new Uint8Array(20).fill(1) })).toThrow(code('dataset_invalid'));
  });
});
