import type { TripletLossConfig } from '#contracts';
import { SINE_FLOOR } from '../losses/margin.js';

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

/** |x - y|^2. */
const squaredDistance: PairDistanceLaw = (squareX, squareY, product) => ({
  value: Math.max(0, squareX + squareY - 2 * product),
  own: 2,
  other: -2,
});

/**
 * acos(x y), in radians. The value is not clamped; the derivative 1 / sine is, below the sine of the margins' floor. There the part
 * of y across x is as small as the sine, so what reaches an embedding has a length of at most 1 and falls to 0 at the ends,
 * where an angle has no derivative.
 */
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
