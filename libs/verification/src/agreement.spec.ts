import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flipDistances, scoreDistances, scoreFolds } from './index.js';

interface Case {
  readonly pairs: number;
  readonly dim: number;
  readonly plain: number[];
  readonly flipped: number[];
  readonly isSame: boolean[];
  readonly accuracies: number[];
  readonly thresholds: number[];
  readonly accuracy: number;
  readonly std: number;
  readonly xnorm: number;
  readonly tar: number;
  readonly far: number;
}

/** What scikit-learn and SciPy say (fixtures/README.md); another file of the same kind may be named. */
const file = new URL('../../../../libs/verification/src/fixtures/kfold.json', import.meta.url);
const cases = JSON.parse(readFileSync(process.env['ARCFLEET_KFOLD_CASES'] ?? file, 'utf8')) as Case[];

describe.each(cases.map((each, index) => ({ index, ...each })))('case $index: $pairs pairs of dimension $dim', (each) => {
  const isSame = Uint8Array.from(each.isSame, Number);
  const { distances, xnorm } = flipDistances(
    Float32Array.from(each.plain),
    Float32Array.from(each.flipped),
    each.dim,
    each.pairs,
  );

  it('has the thresholds and accuracies of scikit-learn', () => {
    const folds = scoreFolds(distances, isSame);
    // Written down with two decimals there; protocols.spec.ts holds them to the bit.
    expect(folds.thresholds).toEqual(each.thresholds.map((threshold) => expect.closeTo(threshold, 12) as number));
    expect(folds.accuracies).toEqual(each.accuracies);
  });

  it('has the mean, deviation, norm and TAR at FAR 1e-3 of NumPy and SciPy to 1e-12', () => {
    const scores = scoreDistances(distances, isSame, xnorm);
    const near = (own: number, theirs: number) =>
      expect(Math.abs(own - theirs)).toBeLessThan(1e-12 * Math.max(1, Math.abs(theirs)));
    near(scores.accuracy, each.accuracy);
    near(scores.std, each.std);
    near(scores.xnorm, each.xnorm);
    // A fold without pairs of one kind has no rate in NumPy; ours averages the others.
    if (Number.isFinite(each.tar)) near(scores.tarAtFar['0.001']!.tar, each.tar);
    if (Number.isFinite(each.far)) near(scores.tarAtFar['0.001']!.far, each.far);
  });
});
