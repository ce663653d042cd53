import { ArcFleetError, type VerificationScores } from '#contracts';
import { scoreDistances } from './score-distances.js';

/**
 * Scores a network on a verification set with the flip test.
 *
 * `embeddings` and `embeddingsFlipped` hold the raw outputs for the original and the mirrored images, 2P x dim, row-major;
 * pair k is rows 2k and 2k+1. Embedding of an image: the sum of both, L2-normalised; distance of a pair: squared L2 in
 * float64. XNorm is the mean norm of all raw rows. See {@link scoreDistances} for protocol and errors; also throws
 * `shape_mismatch`.
 */
export function verifyPairs(
  embeddings: Float32Array,
  embeddingsFlipped: Float32Array,
  dim: number,
  isSame: Uint8Array,
): VerificationScores {
  const length = isSame.length * 2 * dim;
  if (dim < 1 || embeddings.length !== length || embeddingsFlipped.length !== length) {
    const message = `${isSame.length} pairs of dimension ${dim} need ${length} numbers; got ${embeddings.length} and ${embeddingsFlipped.length}`;
    throw new ArcFleetError('shape_mismatch', message, { dim, numPairs: isSame.length });
  }
  const distances = new Float64Array(isSame.length);
  const sums = new Float64Array(2 * dim);
  let norms = 0;
  for (let pair = 0; pair < isSame.length; pair++) {
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
      const scale = squareSum === 0 ? 1 : 1 / Math.sqrt(squareSum);
      for (let i = 0; i < dim; i++) sums[side * dim + i] = (sums[side * dim + i] as number) * scale;
    }
    let distance = 0;
    for (let i = 0; i < dim; i++) distance += ((sums[i] as number) - (sums[dim + i] as number)) ** 2;
    distances[pair] = distance;
  }
  return scoreDistances(distances, isSame, norms / (isSame.length * 4));
}
