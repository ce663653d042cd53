/** A point in pixels: x to the right, y down. */
export type Point = readonly [number, number];
/** Left eye, right eye, nose, left and right corner of the mouth, as they stand in the image. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** `x' = a x - b y + tx`, `y' = b x + a y + ty`: rotation, uniform scale and shift; never a reflection. */
export interface SimilarityTransform {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/**
 * The similarity that takes `from` nearest to `to` in the sense of least squares. Umeyama 1991 in two dimensions, where without
 * reflections it has a closed form: with centred points, a = sum(x x' + y y') / sum(x^2 + y^2), b = sum(x y' - y x') / sum(x^2 + y^2).
 * Same as skimage's `SimilarityTransform.estimate` but for point sets that are mirror images, which it turns where this does not.
 *
 * @returns null when all points of `from` are one.
 */
export function estimateSimilarity(from: readonly Point[], to: readonly Point[]): SimilarityTransform | null {
  if (from.length !== to.length || from.length < 2) throw new RangeError(`${from.length} and ${to.length} points`);
  const [fx, fy] = centroid(from);
  const [gx, gy] = centroid(to);
  let dot = 0;
  let cross = 0;
  let square = 0;
  for (const [index, [px, py]] of from.entries()) {
    const [x, y] = [px - fx, py - fy];
    const [u, v] = [to[index]![0] - gx, to[index]![1] - gy];
    dot += x * u + y * v;
    cross += x * v - y * u;
    square += x * x + y * y;
  }
  if (!(square > 1e-12)) return null;
  const [a, b] = [dot / square, cross / square];
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy };
}

/** The way back; null for a transform that shrinks everything to a point. */
export function invertSimilarity({ a, b, tx, ty }: SimilarityTransform): SimilarityTransform | null {
  const square = a * a + b * b;
  if (!(square > 1e-12)) return null;
  const [ia, ib] = [a / square, -b / square];
  return { a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty) };
}

export function applySimilarity({ a, b, tx, ty }: SimilarityTransform, [x, y]: Point): Point {
  return [a * x - b * y + tx, b * x + a * y + ty];
}

function centroid(points: readonly Point[]): Point {
  const sum = points.reduce(([x, y], point) => [x + point[0], y + point[1]], [0, 0]);
  return [sum[0]! / points.length, sum[1]! / points.length];
}
