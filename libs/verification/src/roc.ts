import { ArcFleetError } from '#contracts';

/** One operating point: pairs whose similarity is at least `threshold` are accepted. */
export interface RocPoint {
  readonly threshold: number;
  readonly far: number;
  readonly tar: number;
}

/**
 * Receiver operating characteristic of pairs by similarity (larger: more alike). One point per distinct similarity, strictest
 * first, after a point that accepts nothing (threshold Infinity). O(P log P).
 *
 * With `corners` the points of a straight line between its ends are left out, as scikit-learn's `roc_curve` does by default: of millions of
 * pairs some ten thousand points stay, and the area is the same.
 *
 * Throws `non_finite`; `dataset_invalid` when pairs are of one kind only; `shape_mismatch`.
 */
export function rocCurve(
  similarities: Float64Array,
  isSame: Uint8Array,
  { corners = false }: { readonly corners?: boolean } = {},
): RocPoint[] {
  if (similarities.length !== isSame.length) {
    throw new ArcFleetError('shape_mismatch', `${similarities.length} similarities for ${isSame.length} pairs`);
  }
  const bad = similarities.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ArcFleetError('non_finite', `The similarity of pair ${bad} is ${similarities[bad]}`, { pair: bad });
  // Sorted apart and merged: numbers alone sort ten times as fast as pairs by a comparison.
  const genuine = similarities.filter((_, pair) => isSame[pair] !== 0).sort();
  const impostors = similarities.filter((_, pair) => isSame[pair] === 0).sort();
  if (genuine.length === 0 || impostors.length === 0) {
    throw new ArcFleetError('dataset_invalid', `All ${isSame.length} pairs are of one kind; an ROC needs both`);
  }
  const points: RocPoint[] = [{ threshold: Infinity, far: 0, tar: 0 }];
  const push = ({ threshold, accepted: [tars, fars] }: Step) =>
    points.push({ threshold, far: fars / impostors.length, tar: tars / genuine.length });
  let [before, last]: (Step | null)[] = [null, null];
  let [g, i] = [genuine.length - 1, impostors.length - 1];
  while (g >= 0 || i >= 0) {
    const threshold = Math.max(genuine[g] ?? -Infinity, impostors[i] ?? -Infinity);
    while (g >= 0 && genuine[g] === threshold) g--;
    while (i >= 0 && impostors[i] === threshold) i--;
    const step: Step = { threshold, accepted: [genuine.length - 1 - g, impostors.length - 1 - i] };
    if (last && !(corners && before && isStraight(before, last, step))) push(last);
    [before, last] = [last, step];
  }
  push(last!);
  return points;
}

/** A similarity, and how many genuine and impostor pairs are at least as alike. */
interface Step {
  readonly threshold: number;
  readonly accepted: readonly [number, number];
}

function isStraight({ accepted: a }: Step, { accepted: b }: Step, { accepted: c }: Step): boolean {
  return c[0] - 2 * b[0] + a[0] === 0 && c[1] - 2 * b[1] + a[1] === 0;
}

/**
 * Which point of the curve stands for a false accept rate. `at-most`: the last one that does not exceed it. `nearest`: the one whose
 * rate is nearest, as IJB's scripts take it on a curve of corners (the looser of two equally near, and of equal rates the one that
 * accepts most).
 */
export type FarRule = 'at-most' | 'nearest';

/** The operating point at a false accept rate. A curve is never empty: its first point accepts nothing. */
export function tarAt(curve: readonly RocPoint[], far: number, rule: FarRule = 'at-most'): RocPoint {
  let low = 0;
  let high = curve.length - 1;
  // Last point with far <= the wanted one; rates rise along the curve.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (curve[middle]!.far <= far) low = middle;
    else high = middle - 1;
  }
  const below = curve[low]!;
  const above = curve[low + 1];
  if (rule === 'at-most' || !above) return below;
  if (above.far - far <= far - below.far) return lastWithFar(curve, low + 1);
  return below;
}

/** Area under the curve by trapezoids: the probability that a genuine pair is more alike than an impostor pair. */
export function areaUnder(curve: readonly RocPoint[]): number {
  let area = 0;
  for (let at = 1; at < curve.length; at++) {
    const [before, here] = [curve[at - 1]!, curve[at]!];
    area += (here.far - before.far) * (here.tar + before.tar) * 0.5;
  }
  return area;
}

/** Fewer points for a plot or a table: at most one per step of `numPoints` along log10(FAR) and along TAR; the ends stay. */
export function thinCurve(curve: readonly RocPoint[], numPoints: number): RocPoint[] {
  const cell = ({ far, tar }: RocPoint) =>
    `${far === 0 ? -1 : Math.floor(Math.max(0, 8 + Math.log10(far)) * (numPoints / 16))}/${Math.floor(tar * (numPoints / 2))}`;
  return curve.filter((point, at) => at === 0 || at === curve.length - 1 || cell(point) !== cell(curve[at + 1]!));
}

function lastWithFar(curve: readonly RocPoint[], at: number): RocPoint {
  let last = at;
  while (curve[last + 1]?.far === curve[at]!.far) last++;
  return curve[last]!;
}
