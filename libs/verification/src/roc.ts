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
 * Throws `non_finite`; `dataset_invalid` when pairs are of one kind only; `shape_mismatch`.
 */
export function rocCurve(similarities: Float64Array, isSame: Uint8Array): RocPoint[] {
  if (similarities.length !== isSame.length) {
    throw new ArcFleetError('shape_mismatch', `${similarities.length} similarities for ${isSame.length} pairs`);
  }
  const bad = similarities.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ArcFleetError('non_finite', `The similarity of pair ${bad} is ${similarities[bad]}`, { pair: bad });
  const numGenuine = isSame.reduce((sum, same) => sum + (same ? 1 : 0), 0);
  const numImpostors = isSame.length - numGenuine;
  if (numGenuine === 0 || numImpostors === 0) {
    throw new ArcFleetError('dataset_invalid', `All ${isSame.length} pairs are of one kind; an ROC needs both`);
  }
  const order = Uint32Array.from(similarities, (_, pair) => pair).sort((a, b) => similarities[b]! - similarities[a]!);
  const points: RocPoint[] = [{ threshold: Infinity, far: 0, tar: 0 }];
  let genuine = 0;
  let impostors = 0;
  for (const [position, pair] of order.entries()) {
    if (isSame[pair]) genuine++;
    else impostors++;
    const next = order[position + 1];
    if (next !== undefined && similarities[next] === similarities[pair]) continue;
    points.push({ threshold: similarities[pair]!, far: impostors / numImpostors, tar: genuine / numGenuine });
  }
  return points;
}

/**
 * Which point of the curve stands for a false accept rate. `at-most`: the last one that does not exceed it. `nearest`: the one whose
 * rate is nearest, as IJB's scripts take it (the looser of two equally near, and of equal rates the one that accepts most) among the
 * corners of the curve: scikit-learn's `roc_curve`, which they use, drops the points of a straight line between its ends.
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
  if (rule === 'at-most' || low === curve.length - 1) return curve[low]!;
  let above = low + 1;
  while (!isCorner(curve, low)) low--;
  while (!isCorner(curve, above)) above++;
  return curve[above]!.far - far <= far - curve[low]!.far ? lastWithFar(curve, above) : curve[low]!;
}

/** Rates of millions of pairs differ by 1e-8; their second differences are otherwise 0 but for rounding. */
const STRAIGHT = 1e-13;

/** True for points that scikit-learn's `roc_curve` keeps; the first point that accepts something is one of them. */
function isCorner(curve: readonly RocPoint[], at: number): boolean {
  if (at <= 1 || at === curve.length - 1) return true;
  const [before, here, after] = [curve[at - 1]!, curve[at]!, curve[at + 1]!];
  const bend = (of: 'far' | 'tar') => Math.abs(after[of] - 2 * here[of] + before[of]) > STRAIGHT;
  return bend('far') || bend('tar');
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
