import { RANDOM_STREAMS, uniformAt } from '#contracts';
import { tf, type Engine } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { AnchorPositivePairs, AnchorTile } from './anchor-positive-pairs.js';
import { chooseNegative } from './choose-negative.js';

// Shapes: N images in the bag, D embedding size, T anchors of one tile.

/** Anchors whose distances are held at once: enough for a fast product, ... */
const MAX_ANCHORS_PER_TILE = 256;
/** ... unless the bag is so large that their distances would not fit. */
const MAX_TILE_BYTES = 64 * 1024 * 1024;

/** Anchors of one tile for a bag of `numImages`. */
export function anchorsPerTile(numImages: number): number {
  return Math.max(1, Math.min(MAX_ANCHORS_PER_TILE, Math.floor(MAX_TILE_BYTES / (4 * numImages))));
}

export interface MiningInputs {
  /** Embeddings of unit length, N x D. */
  readonly unit: Float32Array;
  /** Identity of each of the N images. */
  readonly labels: ArrayLike<number>;
  readonly embeddingSize: number;
  readonly pairs: AnchorPositivePairs;
  /** Those of the bag's tiles that are to be mined; consecutive ones. */
  readonly tiles: readonly AnchorTile[];
  /** Alpha, in squared distance. */
  readonly margin: number;
  /** Pairs further apart than that (squared distance) get no negative; 0: all may have one. */
  readonly maxAnchorPositiveDistance: number;
  readonly seed: number;
  /** Number of the bag in the run. */
  readonly bag: number;
  readonly engine: Engine;
}

/**
 * The negative's position in the bag for every pair of `tiles`, in the pairs' order; -1 where a pair has none. Distances are
 * products of T x D by D x N on the engine, one tile in memory at a time.
 */
export async function mineNegatives(inputs: MiningInputs): Promise<Int32Array> {
  const { unit, labels, embeddingSize, pairs, tiles, engine } = inputs;
  const numImages = labels.length;
  const firstPair = tiles[0]?.firstPair ?? 0;
  const negatives = new Int32Array((tiles.at(-1)?.endPair ?? 0) - firstPair).fill(-1);
  if (negatives.length === 0) return negatives;
  const squares = rowSquares(unit, embeddingSize);
  const unit_ND = tf.tensor2d(unit, [numImages, embeddingSize]);
  try {
    for (const tile of tiles) {
      const anchors = anchorsOf(pairs, tile);
      const products_TN = tf.tidy(() => {
        const anchors_TD = tf.gather(unit_ND, tf.tensor1d(anchors, 'int32')) as Tensor2D;
        return tf.matMul(anchors_TD, unit_ND, false, true) as Tensor2D;
      });
      const products = new Float32Array(anchors.length * numImages);
      try {
        await engine.readInto(products_TN, products);
      } finally {
        products_TN.dispose();
      }
      let row = 0;
      for (let pair = tile.firstPair; pair < tile.endPair; row++) {
        const anchor = anchors[row]!;
        const distances = products.subarray(row * numImages, (row + 1) * numImages);
        toDistances(distances, squares, squares[anchor]!);
        for (; pair < tile.endPair && pairs.anchors[pair] === anchor; pair++) {
          negatives[pair - firstPair] = negativeOf(pair, distances, inputs);
        }
      }
    }
  } finally {
    unit_ND.dispose();
  }
  return negatives;
}

function negativeOf(pair: number, distances: Float32Array, inputs: MiningInputs): number {
  const { labels, pairs, margin, maxAnchorPositiveDistance, seed, bag } = inputs;
  const [anchor, positive] = [pairs.anchors[pair]!, pairs.positives[pair]!];
  if (maxAnchorPositiveDistance > 0 && distances[positive]! > maxAnchorPositiveDistance) return -1;
  const key = Math.floor(uniformAt(seed, RANDOM_STREAMS.tripletNegatives, bag, pair) * 2 ** 32);
  return chooseNegative({ distances, labels, anchor, positive, margin, key });
}

/** The different anchors of a tile, rising. */
function anchorsOf({ anchors }: AnchorPositivePairs, { firstPair, endPair }: AnchorTile): number[] {
  const found: number[] = [];
  for (let pair = firstPair; pair < endPair; pair++) if (anchors[pair] !== found.at(-1)) found.push(anchors[pair]!);
  return found;
}

/** |x - y|^2 = |x|^2 + |y|^2 - 2 x y, in place of the products; rounding below 0 counts as 0. */
function toDistances(products: Float32Array, squares: Float64Array, anchorSquare: number): void {
  for (let image = 0; image < products.length; image++) {
    products[image] = Math.max(0, anchorSquare + squares[image]! - 2 * products[image]!);
  }
}

function rowSquares(values: Float32Array, width: number): Float64Array {
  const squares = new Float64Array(values.length / width);
  for (let row = 0; row < squares.length; row++) {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += values[at]! * values[at]!;
    squares[row] = sum;
  }
  return squares;
}
