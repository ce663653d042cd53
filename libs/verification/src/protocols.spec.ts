import { describe, expect, it } from 'vitest';
import { identify } from './identification.js';
import { areaUnder, rocCurve, tarAt } from './roc.js';
import { scoreDistances, scoreFolds } from './score-distances.js';
import { scoreEmbeddings } from './score-embeddings.js';
import { compareTemplates, poolTemplates } from './templates.js';
import { drawnEmbeddings } from './testing/drawn-pairs.js';
import { drawnSearch, drawnTemplates, drawnTies } from './testing/drawn-sets.js';
import { readProtocols, type FoldsFixture, type RocFixture } from './testing/fixture.js';
import { flipDistances } from './verify-pairs.js';

/** scikit-learn, scipy and numpy on the same draws: see fixtures/protocols.md. */
const reference = readProtocols();
/** Means over ten folds and norms, summed in another order in float64. */
const DIGITS = 12;

function expectFolds(distances: Float64Array, isSame: Uint8Array, expected: FoldsFixture): void {
  const { accuracy, std, tarAtFar } = scoreDistances(distances, isSame, 1);
  // To the bit: what a pair is decided by must not differ.
  expect(scoreFolds(distances, isSame)).toEqual({ thresholds: expected.thresholds, accuracies: expected.accuracies });
  expect(accuracy).toBeCloseTo(expected.accuracy, DIGITS);
  expect(std).toBeCloseTo(expected.std, DIGITS);
  expect(Object.keys(tarAtFar)).toEqual(Object.keys(expected.tarAtFar));
  for (const [target, { tar, far, threshold }] of Object.entries(expected.tarAtFar)) {
    expect(tarAtFar[target]!.tar).toBeCloseTo(tar, DIGITS);
    expect(tarAtFar[target]!.far).toBeCloseTo(far, DIGITS);
    expect(tarAtFar[target]!.threshold).toBeCloseTo(threshold, DIGITS);
  }
}

function expectCurve(similarities: Float64Array, isSame: Uint8Array, { area, numPoints, points }: RocFixture): void {
  const curve = rocCurve(similarities, isSame);
  expect(curve).toHaveLength(numPoints);
  expect(areaUnder(curve)).toBeCloseTo(area, DIGITS);
  for (const [at, far, tar, threshold] of points) {
    expect([curve[at]!.far, curve[at]!.tar]).toEqual([far, tar]);
    expect(curve[at]!.threshold).toBeCloseTo(threshold, DIGITS);
  }
}

describe('agrees with scikit-learn, scipy and numpy', () => {
  it.each(reference.verification)('on $numPairs pairs of dimension $dim, seed $seed', (expected) => {
    const { numPairs, dim, seed, spread, xnorm, roc, withoutFlip } = expected;
    const { plain, flipped, isSame } = drawnEmbeddings(numPairs, dim, seed, spread);
    const found = flipDistances(plain, flipped, dim, numPairs);
    expect(found.xnorm).toBeCloseTo(xnorm, DIGITS);
    expectFolds(found.distances, isSame, expected);
    const similarities = found.distances.map((distance) => 1 - distance / 2);
    expectCurve(similarities, isSame, roc);

    const alone = scoreEmbeddings(plain, dim, isSame);
    expect(alone.xnorm).toBeCloseTo(withoutFlip.xnorm, DIGITS);
    expect(alone.thresholds).toEqual(withoutFlip.thresholds);
    expect(alone.accuracies).toEqual(withoutFlip.accuracies);
    expect(alone.accuracy).toBeCloseTo(withoutFlip.accuracy, DIGITS);
    for (const [target, { tar, threshold }] of Object.entries(withoutFlip.tarAtFar)) {
      expect(alone.tarAtFar[target]!.tar).toBeCloseTo(tar, DIGITS);
      expect(alone.tarAtFar[target]!.threshold).toBeCloseTo(threshold, DIGITS);
    }
  });

  it.each(reference.ties)('on $numPairs distances that are multiples of $step', (expected) => {
    const { distances, isSame } = drawnTies(expected.numPairs, expected.seed, expected.step);
    expectFolds(distances, isSame, expected);
    expectCurve(
      distances.map((distance) => -distance),
      isSame,
      expected.roc,
    );
  });

  it.each(reference.templates)('on $numTemplates templates of $numImages images', (expected) => {
    const { seed, numPeople, dim, spread, numImages, numTemplates, numPairs, area, tar, first } = expected;
    const drawn = drawnTemplates(seed, numPeople, dim, spread);
    expect([drawn.images.length, drawn.isSame.length]).toEqual([numImages, numPairs]);
    const pooled = poolTemplates(drawn.embeddings, dim, drawn.images, { weights: drawn.weights });
    expect(pooled.templates).toHaveLength(numTemplates);
    const similarities = compareTemplates(pooled, drawn.first, drawn.second);
    // Templates are kept in float32.
    first.forEach((value, pair) => expect(similarities[pair]).toBeCloseTo(value, 6));
    const curve = rocCurve(similarities, drawn.isSame, { corners: true });
    expect(areaUnder(curve)).toBeCloseTo(area, DIGITS);
    for (const [far, share] of Object.entries(tar)) expect(tarAt(curve, Number(far), 'nearest').tar).toBeCloseTo(share, DIGITS);
  });

  it.each(reference.identification)('on a search of $numProbes probes among $numDistractors distractors', async (expected) => {
    const { seed, numPeople, numDistractors, dim, spread, numProbes, numMated, cmc, tarAtFar } = expected;
    const { labels, probes, distractors } = drawnSearch(seed, numPeople, numDistractors, dim, spread);
    const fars = Object.keys(tarAtFar).map(Number);
    const found = await identify({ embeddings: probes, labels }, distractors, { dim, fars });
    expect([found.numProbes, found.numMated, found.numDistractors]).toEqual([numProbes, numMated, numDistractors]);
    cmc.forEach((share, at) => expect(found.cmc[at]).toBeCloseTo(share, DIGITS));
    for (const [far, { tar, threshold }] of Object.entries(tarAtFar)) {
      const own = found.tarAtFar[String(Number(far))]!;
      expect(own.tar).toBeCloseTo(tar, DIGITS);
      expect(own.threshold).toBeCloseTo(threshold, 10);
    }
  });
});
