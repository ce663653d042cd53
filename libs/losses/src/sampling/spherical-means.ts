import type { Collective } from '#collective';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { inverseNorm, readVectors, type HostCenters } from './host-centers.js';

/** Vectors that are compared with centroids in one product. */
const BLOCK_SIZE = 2048;

/**
 * Unit vectors are cut to multiples of its inverse before they are summed. So float32 sums of a thousand of them (of many more
 * where they do not all point along one axis) are exact: the same in any order, and at any number of ranks.
 */
const GRID = 2 ** 14;

/** Some of this rank's classes, and the centroids among which each finds its nearest. */
export interface MeansGroup {
  readonly classes: Int32Array;
  /** Centroids `first .. first + numCentroids - 1`. */
  readonly first: number;
  readonly numCentroids: number;
}

export interface MeansInputs {
  readonly centers: HostCenters;
  readonly groups: readonly MeansGroup[];
  readonly engine: Engine;
}

/**
 * Nearest centroid by cosine of every class of every group, visited with its vector, which begins at
 * `start`. Among equals the first.
 *
 * @param centroids unit vectors, K x D.
 */
export async function assignToCentroids(
  { centers, groups, engine }: MeansInputs,
  centroids: Float32Array,
  visit: (localClass: number, centroid: number, vectors: Float32Array, start: number) => void,
): Promise<void> {
  const { embeddingSize } = centers;
  const blockSize = Math.min(BLOCK_SIZE, Math.max(0, ...groups.map(({ classes }) => classes.length)));
  const buffer = new Float32Array(blockSize * embeddingSize);
  for (const { classes, first, numCentroids } of groups) {
    if (classes.length === 0) continue;
    const own = centroids.slice(first * embeddingSize, (first + numCentroids) * embeddingSize);
    const own_KD = tf.tensor2d(own, [numCentroids, embeddingSize]);
    try {
      for (let start = 0; start < classes.length; start += BLOCK_SIZE) {
        const block = classes.subarray(start, start + BLOCK_SIZE);
        const rows = buffer.subarray(0, block.length * embeddingSize);
        readVectors(centers, block, rows);
        const cosines = new Float32Array(block.length * numCentroids);
        await readProduct(engine, rows, block.length, own_KD, cosines);
        for (const [index, localClass] of block.entries()) {
          const offset = index * numCentroids;
          let best = 0;
          for (let at = 1; at < numCentroids; at++) if (cosines[offset + at]! > cosines[offset + best]!) best = at;
          visit(localClass, first + best, rows, index * embeddingSize);
        }
      }
    } finally {
      own_KD.dispose();
    }
  }
}

/**
 * Rounds of spherical k-means (Dhillon and Modha, 2001) over the classes of all ranks, in place: each centroid becomes the
 * direction of the sum of the vectors that are nearest to it; one without any stays. One all-reduce per round.
 */
export async function improveCentroids(
  inputs: MeansInputs,
  centroids: Float32Array,
  rounds: number,
  collective: Collective,
): Promise<void> {
  const { embeddingSize } = inputs.centers;
  for (let round = 0; round < rounds; round++) {
    const own = new Float32Array(centroids.length);
    await assignToCentroids(inputs, centroids, (_, centroid, rows, start) => {
      const offset = centroid * embeddingSize;
      const factor = inverseNorm(rows, start, embeddingSize) * GRID;
      for (let at = 0; at < embeddingSize; at++) own[offset + at]! += (rows[start + at]! * factor) | 0;
    });
    const sums = await collective.allReduce(own, 'sum');
    takeDirections(sums, centroids, embeddingSize);
  }
}

/** Gives each centroid the direction of its row of `sums`; one whose row is zero stays as it is. */
export function takeDirections(sums: Float32Array, centroids: Float32Array, embeddingSize: number): void {
  for (let offset = 0; offset < centroids.length; offset += embeddingSize) {
    const factor = inverseNorm(sums, offset, embeddingSize);
    if (factor === 0) continue;
    for (let at = offset; at < offset + embeddingSize; at++) centroids[at] = sums[at]! * factor;
  }
}

/** Products of `numRows` rows with the rows of `right_KD`, row-major `numRows x K`. */
export async function readProduct(
  engine: Engine,
  rows: Float32Array,
  numRows: number,
  right_KD: Tensor2D,
  target: Float32Array,
): Promise<void> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(rows, [numRows, right_KD.shape[1]]), right_KD, false, true));
  try {
    await engine.readInto(product, target);
  } finally {
    product.dispose();
  }
}
