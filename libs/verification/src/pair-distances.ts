import { ArcFleetError } from '#contracts';

/**
 * Squared L2 distance of rows 2k and 2k+1 after L2 normalisation, in float64, one per pair. `embeddings` is 2P x dim, row-major;
 * a zero row stays zero, as in scikit-learn's normalize. Throws `shape_mismatch`.
 */
export function pairDistances(embeddings: Float32Array, dim: number, numPairs: number): Float64Array {
  if (dim < 1 || embeddings.length !== 2 * numPairs * dim) {
    throw new ArcFleetError(
      'shape_mismatch',
      `${numPairs} pairs of dimension ${dim} need ${2 * numPairs * dim} numbers; got ${embeddings.length}`,
      { dim, numPairs },
    );
  }
  return Float64Array.from({ length: numPairs }, (_, pair) => {
    const a = unitRow(embeddings, 2 * pair, dim);
    const b = unitRow(embeddings, 2 * pair + 1, dim);
    let distance = 0;
    for (let i = 0; i < dim; i++) distance += (a[i]! - b[i]!) ** 2;
    return distance;
  });
}

/** Mean L2 norm of all rows. */
export function meanNorm(embeddings: Float32Array, dim: number): number {
  let sum = 0;
  for (let row = 0; row < embeddings.length / dim; row++) sum += Math.sqrt(squaredNorm(embeddings, row, dim));
  return sum / (embeddings.length / dim);
}

function unitRow(embeddings: Float32Array, row: number, dim: number): Float64Array {
  const norm = Math.sqrt(squaredNorm(embeddings, row, dim)) || 1;
  return Float64Array.from({ length: dim }, (_, i) => embeddings[row * dim + i]! / norm);
}

function squaredNorm(embeddings: Float32Array, row: number, dim: number): number {
  let sum = 0;
  for (let i = row * dim; i < (row + 1) * dim; i++) sum += embeddings[i]! * embeddings[i]!;
  return sum;
}
