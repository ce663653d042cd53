import { ArcFleetError, type VerificationScores } from '#contracts';
import { scoreDistances } from './score-distances.js';

/** Distances of pairs, and how long the raw rows behind them are. */
export interface PairDistances {
  /** Squared L2 in float64, one per pair. */
  readonly distances: Float64Array;
  /** Mean L2 norm of all raw rows. */
  readonly xnorm: number;
}

/**
 * Scores a network on a verification set with the flip test. See {@link flipDistances} and {@link scoreDistances} for protocol
 * and errors.
 */
export function verifyPairs(
  embeddings: Float32Array,
  embeddingsFlipped: Float32Array,
  dim: number,
  isSame: Uint8Array,
): VerificationScores {
  const { distances, xnorm } = flipDistances(embeddings, embeddingsFlipped, dim, isSame.length);
  return scoreDistances(distances, isSame, xnorm);
}

/**
 * Distances with the flip test. `embeddings` and `embeddingsFlipped` hold the raw outputs for the original and the mirrored
 * images, 2P x dim, row-major; pair k is rows 2k and 2k+1. Embedding of an image: the sum of both, L2-normalised; distance of a
 * pair: squared L2 in float64. XNorm is the mean norm of all raw rows. Throws `shape_mismatch`.
 */
export function flipDistances(
  embeddings: Float32Array,
  embeddingsFlipped: Float32Array,
  dim: number,
  numPairs: number,
): PairDistances {
  const length = numPairs * 2 * dim;
  if (dim < 1 || embeddings.length !== length || embeddingsFlipped.length !== length) {
    const message = `${numPairs} pairs of dimension ${dim} need ${length} numbers; got ${embeddings.length} and ${embeddingsFlipped.length}`;
    throw new ArcFleetError('shape_mismatch', message, { dim, numPairs });
  }
  const distances = new Float64Array(numPairs);
  const sums = new Float64Array(2 * dim);
  let norms = 0;
  for (let pair = 0; pair < numPairs; pair++) {
    for (const side of [0, 1]) {
      const row = (pair * 2 + side) * dim;
      let square = 0;
      let squareFlipped = 0;
      let squareSum = 0;
      for (let i = 0; i < dim; i++) {
        const a = embeddings[row + i] as number;
        const b = embeddingsFlipped[row + i] as number;
        square += a * a;
        squareFlipped += b * b;
        squareSum += (a + b) * (a + b);
        sums[side * dim + i] = a + b;
      }
      norms += Math.sqrt(square) + Math.sqrt(squareFlipped);
      // A zero row stays zero, as in scikit-learn's normalize.
      // Divided, not multiplied by the inverse: pairs that lie at a threshold fall to the side where scikit-learn has them.
      const norm = squareSum === 0 ? 1 : Math.sqrt(squareSum);
      for (let i = 0; i < dim; i++) sums[side * dim + i] = (sums[side * dim + i] as number) / norm;
    }
    let distance = 0;
    for (let i = 0; i < dim; i++) distance += ((sums[i] as number) - (sums[dim + i] as number)) ** 2;
    distances[pair] = distance;
  }
  return { distances, xnorm: norms / (numPairs * 4) };
}
