import type { VerificationScores } from '#contracts';

/**
 * The 10-fold protocol again, slowly and another way: every pair against every threshold, each fold by itself, no
 * histograms. float64. What `scoreDistances` is measured against; `distances` and `isSame` must be such as it accepts.
 */
export function referenceScores(distances: readonly number[], isSame: readonly boolean[]): Omit<VerificationScores, 'xnorm'> {
  const pairs = distances.map((distance, pair) => ({ distance, same: isSame[pair]!, fold: foldOf(pair, distances.length) }));
  const folds = Array.from({ length: 10 }, (_, f) => {
    const training = pairs.filter(({ fold }) => fold !== f);
    const test = pairs.filter(({ fold }) => fold === f);
    const shares = grid(400, 0.01).map((threshold) => accuracyAt(training, threshold));
    const threshold = shares.indexOf(Math.max(...shares)) * 0.01;
    return { training, test, threshold, accuracy: accuracyAt(test, threshold) };
  });
  const accuracies = folds.map(({ accuracy }) => accuracy);
  const accuracy = average(accuracies);
  const tarAtFar = [0.001, 0.01, 0.1].map((target) => {
    const measured = folds.map(({ training, test }) => {
      const threshold = thresholdAtFar(training, target);
      return { threshold, tar: acceptRate(test, true, threshold), far: acceptRate(test, false, threshold) };
    });
    const over = (key: 'tar' | 'far' | 'threshold') =>
      average(measured.map((fold) => fold[key]).filter((value) => !Number.isNaN(value)));
    return [String(target), { tar: over('tar'), far: over('far'), threshold: over('threshold') }];
  });
  return {
    numPairs: distances.length,
    accuracy,
    std: Math.sqrt(average(accuracies.map((value) => value * value - 2 * value * accuracy + accuracy * accuracy))),
    threshold: average(folds.map(({ threshold }) => threshold)),
    tarAtFar: Object.fromEntries(tarAtFar) as VerificationScores['tarAtFar'],
  };
}

/** Squared L2 distances of the pairs by the flip test, and XNorm. Rows of plain and mirrored embeddings. float64. */
export function referenceDistances(plain: readonly (readonly number[])[], flipped: readonly (readonly number[])[]) {
  const norm = (row: readonly number[]) => Math.hypot(...row);
  const units = plain.map((row, index) => {
    const sum = row.map((value, i) => value + flipped[index]![i]!);
    return sum.map((value) => (norm(sum) === 0 ? 0 : value / norm(sum)));
  });
  const distances = Array.from(
    { length: plain.length / 2 },
    (_, pair) => norm(units[2 * pair]!.map((value, i) => value - units[2 * pair + 1]![i]!)) ** 2,
  );
  return { distances, xnorm: average([...plain, ...flipped].map(norm)) };
}

interface Pair {
  readonly distance: number;
  readonly same: boolean;
}

function foldOf(pair: number, numPairs: number): number {
  const short = Math.floor(numPairs / 10);
  const inLong = (numPairs % 10) * (short + 1);
  return pair < inLong ? Math.floor(pair / (short + 1)) : (numPairs % 10) + Math.floor((pair - inLong) / short);
}

function thresholdAtFar(training: readonly Pair[], target: number): number {
  const thresholds = grid(4_000, 0.001);
  const fars = thresholds.map((threshold) => acceptRate(training, false, threshold));
  if (!(Math.max(...fars) >= target)) return 0;
  const above = fars.findIndex((far) => far > target);
  if (above < 0) return thresholds.at(-1)!;
  if (above === 0) return 0;
  const share = (target - fars[above - 1]!) / (fars[above]! - fars[above - 1]!);
  return thresholds[above - 1]! * (1 - share) + thresholds[above]! * share;
}

/** NaN without pairs of that kind. */
function acceptRate(pairs: readonly Pair[], same: boolean, threshold: number): number {
  return average(pairs.filter((pair) => pair.same === same).map(({ distance }) => (distance < threshold ? 1 : 0)));
}

function accuracyAt(pairs: readonly Pair[], threshold: number): number {
  return average(pairs.map(({ distance, same }) => (distance < threshold === same ? 1 : 0)));
}

function grid(count: number, step: number): number[] {
  return Array.from({ length: count }, (_, i) => i * step);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
