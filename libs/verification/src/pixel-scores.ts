import { ArcFleetError, type VerificationScores } from '#contracts';
import { scoreDistances } from './score-distances.js';

/** What {@link pixelDistance} gives for a pair, and the norm of both mean-free images for XNorm. */
export interface PixelDistance {
  /** 2 - 2 cos of the mean-free images: the squared distance of the unit vectors. */
  readonly squaredDistance: number;
  readonly norms: readonly [number, number];
}

/**
 * Distance of two images of equal length by the cosine of their pixels, each image's own mean removed. float64. An image of
 * one colour has no direction: its distance to any other is 2. Throws `shape_mismatch`.
 */
export function pixelDistance(a: ArrayLike<number>, b: ArrayLike<number>): PixelDistance {
  const length = a.length;
  if (length === 0 || b.length !== length)
    throw new ArcFleetError('shape_mismatch', `Images of ${length} and ${b.length} values`);
  let sumA = 0;
  let sumB = 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    sumA += x;
    sumB += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  // Sums of bytes are exact in float64, so removing the mean afterwards loses nothing.
  const normA = Math.sqrt(Math.max(aa - (sumA * sumA) / length, 0));
  const normB = Math.sqrt(Math.max(bb - (sumB * sumB) / length, 0));
  const dot = ab - (sumA * sumB) / length;
  const cosine = normA === 0 || normB === 0 ? 0 : dot / (normA * normB);
  return { squaredDistance: Math.max(2 - 2 * cosine, 0), norms: [normA, normB] };
}

/** The raw-pixel baseline on a verification set by the same 10-fold protocol: scores of pairs as {@link pixelDistance} gives them. */
export function pixelScores(pairs: readonly PixelDistance[], isSame: Uint8Array): VerificationScores {
  const norms = pairs.reduce((sum, pair) => sum + pair.norms[0] + pair.norms[1], 0);
  const distances = Float64Array.from(pairs, ({ squaredDistance }) => squaredDistance);
  return scoreDistances(distances, isSame, norms / (2 * pairs.length));
}
