import type { TripletLossConfig } from '#contracts';

/** Distance of two unit rows x and y, and its gradient: by x it is `own` x + `other` y, and the same with x and y exchanged. */
export interface PairDistance {
  readonly value: number;
  readonly own: number;
  readonly other: number;
}

/**
 * From |x|^2, |y|^2 (1, or less where the epsilon under the root counts) and x y. Plain float64: there are at most two pairs
 * per triplet.
 */
export type PairDistanceLaw = (squareX: number, squareY: number, product: number) => PairDistance;

/**
 * Below this sine (pairs closer than 0.06 degrees to 0 or pi) the derivative 1 / sine of the angle is clamped. There the part
 * of y across x is as small as the sine, so what reaches an embedding has a length of at most 1 and falls to 0 at the ends,
 * where an angle has no derivative.
 */
export const SINE_FLOOR = 1e-3;

/** |x - y|^2. */
const squaredDistance: PairDistanceLaw = (squareX, squareY, product) => ({
  value: Math.max(0, squareX + squareY - 2 * product),
  own: 2,
  other: -2,
});

/** acos(x y), in radians; the value is not clamped. */
const angle: PairDistanceLaw = (_squareX, _squareY, product) => {
  const cosine = Math.min(1, Math.max(-1, product));
  const sine = Math.sqrt((1 - cosine) * (1 + cosine));
  return { value: Math.acos(cosine), own: 0, other: -1 / Math.max(sine, SINE_FLOOR) };
};

/** How each triplet loss measures a pair. */
export const PAIR_DISTANCES: Readonly<Record<TripletLossConfig['name'], PairDistanceLaw>> = {
  triplet: squaredDistance,
  atriplet: angle,
};
