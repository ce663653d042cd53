import { ArcFleetError, type VerificationScores } from '#contracts';
import { contiguousFolds, type Fold } from './folds.js';

export const NUM_FOLDS = 10;
/**
 * Squared L2 distances of unit vectors lie in [0, 4]. Threshold i is i x step, rounded as numpy's `arange(0, 4, step)` rounds it: a
 * distance that lies on a threshold is then decided as there.
 */
const ACCURACY_GRID = { count: 400, step: 0.01 };
const FAR_GRID = { count: 4000, step: 0.001 };
/** The false accept rates that are reported. */
export const FAR_TARGETS = [1e-3, 1e-2, 1e-1] as const;

/**
 * Scores pairs by the 10-fold protocol of facenet/InsightFace. `distances` holds one squared L2 distance per pair,
 * `isSame` 1 (any number but 0) for the same person. A pair is accepted when distance < threshold (strictly). Per fold the first most
 * accurate threshold of 0, 0.01, .. 3.99 on the other nine folds is applied to the held-out one.
 *
 * TAR@FAR (facenet's VAL): per fold the threshold at which the other folds have that FAR, linearly interpolated on
 * 0, 0.001, .. 3.999 (the loosest of several; 0 when it is not reached), applied to the held-out fold; the mean over the folds that hold such pairs.
 * Throws `non_finite`, or `dataset_invalid` for fewer than 10 pairs or pairs of one kind only.
 */
export function scoreDistances(distances: Float64Array, isSame: Uint8Array, xnorm: number): VerificationScores {
  const { accuracies, thresholds } = scoreFolds(distances, isSame);
  return {
    numPairs: isSame.length,
    accuracy: mean(accuracies),
    std: populationStd(accuracies),
    threshold: mean(thresholds),
    xnorm,
    tarAtFar: tarAtFar(distances, isSame, contiguousFolds(isSame.length, NUM_FOLDS)),
  };
}

/** Per fold, in order: its threshold (chosen on the other nine) and its accuracy at that threshold. */
export interface FoldScores {
  readonly thresholds: number[];
  readonly accuracies: number[];
}

/** The folds behind {@link scoreDistances}. Throws as it does. */
export function scoreFolds(distances: Float64Array, isSame: Uint8Array): FoldScores {
  checkPairs(distances, isSame);
  const folds = contiguousFolds(isSame.length, NUM_FOLDS);
  const accuracyBuckets = bucketize(distances, ACCURACY_GRID);
  const counts = new FoldCounts(accuracyBuckets, isSame, folds, ACCURACY_GRID.count);

  const accuracies: number[] = [];
  const thresholds: number[] = [];
  folds.forEach((fold, f) => {
    let best = -1;
    let bestIndex = 0;
    for (let t = 0; t < ACCURACY_GRID.count; t++) {
      const correct = counts.correctOutside(f, t);
      if (correct > best) {
        best = correct;
        bestIndex = t;
      }
    }
    accuracies.push(counts.correctInside(f, bestIndex) / (fold.end - fold.start));
    thresholds.push(bestIndex * ACCURACY_GRID.step);
  });
  return { accuracies, thresholds };
}

/** Per pair 1 if the threshold of the other nine folds decides it rightly: what {@link scoreFolds} averages. Throws as it does. */
export function foldOutcomes(distances: Float64Array, isSame: Uint8Array): Uint8Array {
  const { thresholds } = scoreFolds(distances, isSame);
  const outcomes = new Uint8Array(isSame.length);
  contiguousFolds(isSame.length, NUM_FOLDS).forEach(({ start, end }, fold) => {
    for (let pair = start; pair < end; pair++) {
      outcomes[pair] = distances[pair]! < thresholds[fold]! === Boolean(isSame[pair]) ? 1 : 0;
    }
  });
  return outcomes;
}

function checkPairs(distances: Float64Array, isSame: Uint8Array): void {
  if (distances.length !== isSame.length) {
    throw new ArcFleetError('shape_mismatch', `${distances.length} distances for ${isSame.length} pairs`);
  }
  if (isSame.length < NUM_FOLDS) {
    throw new ArcFleetError(
      'dataset_invalid',
      `Verification needs at least ${NUM_FOLDS} pairs, one per fold; there are ${isSame.length}`,
    );
  }
  const numGenuine = isSame.reduce((sum, same) => sum + (same ? 1 : 0), 0);
  if (numGenuine === 0 || numGenuine === isSame.length) {
    throw new ArcFleetError('dataset_invalid', `All ${isSame.length} verification pairs are of one kind; both are needed`);
  }
  const bad = distances.findIndex((distance) => !Number.isFinite(distance));
  if (bad >= 0)
    throw new ArcFleetError('non_finite', `The distance of verification pair ${bad} is ${distances[bad]}`, { pair: bad });
}

/** Per pair the first i with distance < i x step, or `count` when there is none. */
function bucketize(distances: Float64Array, { count, step }: { count: number; step: number }): Uint16Array {
  return Uint16Array.from(distances, (distance) => {
    let i = Math.min(Math.max(Math.floor(distance / step), 0), count);
    // The quotient is rounded; the comparison that counts is the strict one against the threshold itself.
    while (i < count && !(distance < i * step)) i++;
    while (i > 0 && distance < (i - 1) * step) i--;
    return i;
  });
}

/** Per fold and threshold: how many genuine and impostor pairs are accepted. */
class FoldCounts {
  private readonly accepted: { genuine: Uint32Array; impostor: Uint32Array }[];
  private readonly total: { genuine: Uint32Array; impostor: Uint32Array };
  private readonly impostors: number[];
  private readonly allImpostors: number;

  constructor(buckets: Uint16Array, isSame: Uint8Array, folds: readonly Fold[], numThresholds: number) {
    this.total = { genuine: new Uint32Array(numThresholds), impostor: new Uint32Array(numThresholds) };
    this.impostors = folds.map(() => 0);
    this.accepted = folds.map((fold, f) => {
      const genuine = new Uint32Array(numThresholds + 1);
      const impostor = new Uint32Array(numThresholds + 1);
      for (let pair = fold.start; pair < fold.end; pair++) {
        const histogram = isSame[pair] ? genuine : impostor;
        const bucket = buckets[pair] as number;
        histogram[bucket] = (histogram[bucket] as number) + 1;
        if (!isSame[pair]) this.impostors[f] = (this.impostors[f] as number) + 1;
      }
      for (let t = 0; t < numThresholds; t++) {
        if (t > 0) {
          genuine[t] = (genuine[t] as number) + (genuine[t - 1] as number);
          impostor[t] = (impostor[t] as number) + (impostor[t - 1] as number);
        }
        this.total.genuine[t] = (this.total.genuine[t] as number) + (genuine[t] as number);
        this.total.impostor[t] = (this.total.impostor[t] as number) + (impostor[t] as number);
      }
      return { genuine, impostor };
    });
    this.allImpostors = this.impostors.reduce((a, b) => a + b, 0);
  }

  correctInside(fold: number, t: number): number {
    const { genuine, impostor } = this.accepted[fold] as { genuine: Uint32Array; impostor: Uint32Array };
    return (genuine[t] as number) + (this.impostors[fold] as number) - (impostor[t] as number);
  }

  correctOutside(fold: number, t: number): number {
    const all = (this.total.genuine[t] as number) + this.allImpostors - (this.total.impostor[t] as number);
    return all - this.correctInside(fold, t);
  }
}

function tarAtFar(distances: Float64Array, isSame: Uint8Array, folds: readonly Fold[]): VerificationScores['tarAtFar'] {
  const buckets = bucketize(distances, FAR_GRID);
  const perFold = folds.map((fold) => {
    const histogram = new Uint32Array(FAR_GRID.count + 1);
    for (let pair = fold.start; pair < fold.end; pair++) {
      const bucket = buckets[pair] as number;
      if (!isSame[pair]) histogram[bucket] = (histogram[bucket] as number) + 1;
    }
    return histogram;
  });
  const all = new Uint32Array(FAR_GRID.count + 1);
  for (const histogram of perFold)
    for (let t = 0; t <= FAR_GRID.count; t++) all[t] = (all[t] as number) + (histogram[t] as number);

  const result: VerificationScores['tarAtFar'] = {};
  for (const target of FAR_TARGETS) {
    const tars: number[] = [];
    const fars: number[] = [];
    const thresholds: number[] = [];
    folds.forEach((fold, f) => {
      const inside = perFold[f] as Uint32Array;
      const threshold = thresholdAtFar(
        all.map((count, t) => count - (inside[t] as number)),
        target,
      );
      thresholds.push(threshold);
      const { tar, far } = rates(distances, isSame, fold, threshold);
      if (tar !== undefined) tars.push(tar);
      if (far !== undefined) fars.push(far);
    });
    result[String(target)] = { tar: mean(tars), far: mean(fars), threshold: mean(thresholds) };
  }
  return result;
}

/**
 * Where the FAR is `target`, on the line between its neighbours; 0 where it is never reached. `histogram[t]`: impostors first accepted at
 * threshold t of the fine grid. Several thresholds with that very FAR: the loosest, as numpy's `interp` and scipy's `interp1d` have it.
 */
function thresholdAtFar(histogram: Uint32Array, target: number): number {
  const numImpostors = histogram.reduce((a, b) => a + b, 0);
  let accepted = 0;
  let before = 0;
  for (let t = 0; t < FAR_GRID.count; t++) {
    accepted += histogram[t] as number;
    const far = accepted / numImpostors;
    if (far > target) {
      if (t === 0) return 0;
      const y0 = (t - 1) * FAR_GRID.step;
      return ((t * FAR_GRID.step - y0) / (far - before)) * (target - before) + y0;
    }
    before = far;
  }
  return before === target ? (FAR_GRID.count - 1) * FAR_GRID.step : 0;
}

function rates(distances: Float64Array, isSame: Uint8Array, fold: Fold, threshold: number): { tar?: number; far?: number } {
  let genuine = 0;
  let impostors = 0;
  let acceptedGenuine = 0;
  let acceptedImpostors = 0;
  for (let pair = fold.start; pair < fold.end; pair++) {
    const accepted = (distances[pair] as number) < threshold ? 1 : 0;
    if (isSame[pair]) {
      genuine++;
      acceptedGenuine += accepted;
    } else {
      impostors++;
      acceptedImpostors += accepted;
    }
  }
  return {
    ...(genuine > 0 && { tar: acceptedGenuine / genuine }),
    ...(impostors > 0 && { far: acceptedImpostors / impostors }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function populationStd(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
