import type { Collective } from '#collective';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { inverseNorm, type HostCenters } from './host-centers.js';
import { largest } from './nearest-cells.js';
import { readProduct } from './spherical-means.js';

/** Rows of the batch that are searched for in full. */
const PROBED_ROWS = 4;
/** A row's nearest classes that count. */
export const RECALL_DEPTH = 50;
const BLOCK_CLASSES = 2048;

export interface NeighborRecallInputs {
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly classStart: number;
  readonly numLocalClasses: number;
  readonly centers: HostCenters;
  /** This rank's selected classes, relative to its shard, in rising order. */
  readonly selected: Int32Array;
  readonly engine: Engine;
  readonly collective: Collective;
}

/**
 * Share of the true {@link RECALL_DEPTH} nearest classes of a few rows of the batch, their own ones left out, that are selected: by
 * exact search through all rows of W as they are now. Costs a pass over W and one small all-gather.
 */
export async function neighborRecall(inputs: NeighborRecallInputs): Promise<number> {
  const { features, labels, classStart, numLocalClasses, centers, selected, engine, collective } = inputs;
  const { embeddingSize } = centers;
  const numRows = Math.min(PROBED_ROWS, labels.length);
  const probes = Array.from({ length: numRows }, (_, index) => Math.floor((index * labels.length) / numRows));
  const cosines = probes.map(() => new Float32Array(numLocalClasses));
  const rows = new Float32Array(numRows * embeddingSize);
  for (const [index, row] of probes.entries()) {
    rows.set(features.subarray(row * embeddingSize, (row + 1) * embeddingSize), index * embeddingSize);
  }
  const rows_RD = tf.tensor2d(rows, [numRows, embeddingSize]);
  try {
    for (let start = 0; start < numLocalClasses; start += BLOCK_CLASSES) {
      const count = Math.min(BLOCK_CLASSES, numLocalClasses - start);
      await blockCosines(centers.range(start, count), count, start, rows_RD, engine, cosines);
    }
  } finally {
    rows_RD.dispose();
  }

  // Per probe and depth: cosine, and whether the class is selected.
  const data = new Float32Array(2 * numRows * RECALL_DEPTH).fill(-Infinity);
  const isSelected = new Set(selected);
  for (const [index, row] of probes.entries()) {
    const own = labels[row]! - classStart;
    if (own >= 0 && own < numLocalClasses) cosines[index]![own] = -Infinity;
    const best = new Int32Array(Math.min(RECALL_DEPTH, numLocalClasses));
    largest(cosines[index]!, best);
    for (const [depth, local] of best.entries()) {
      const at = 2 * (index * RECALL_DEPTH + depth);
      data[at] = cosines[index]![local]!;
      data[at + 1] = isSelected.has(local) ? 1 : 0;
    }
  }
  const gathered = await collective.allGather({ dtype: 'float32', shape: [data.length], data });
  let [found, wanted] = [0, 0];
  for (let index = 0; index < numRows; index++) {
    const candidates = gathered.flatMap(({ data: values }) =>
      Array.from({ length: RECALL_DEPTH }, (_, depth) => {
        const at = 2 * (index * RECALL_DEPTH + depth);
        return { cosine: values[at]!, isSelected: values[at + 1] === 1 };
      }).filter(({ cosine }) => cosine !== -Infinity),
    );
    const nearest = candidates.sort((a, b) => b.cosine - a.cosine).slice(0, RECALL_DEPTH);
    wanted += nearest.length;
    found += nearest.filter((candidate) => candidate.isSelected).length;
  }
  return wanted === 0 ? 1 : found / wanted;
}

/** Cosines of a block's classes with each probe, up to the probe's own length; of sub-centers the largest counts. */
async function blockCosines(
  rows: Float32Array,
  count: number,
  start: number,
  probes_RD: Tensor2D,
  engine: Engine,
  target: readonly Float32Array[],
): Promise<void> {
  const [numProbes, embeddingSize] = probes_RD.shape;
  const numRows = rows.length / embeddingSize;
  const products = new Float32Array(numRows * numProbes);
  await readProduct(engine, rows.slice(), numRows, probes_RD, products);
  const rowsPerClass = numRows / count;
  for (const cosines of target) cosines.fill(-Infinity, start, start + count);
  for (let row = 0; row < numRows; row++) {
    const factor = inverseNorm(rows, row * embeddingSize, embeddingSize);
    const local = start + Math.floor(row / rowsPerClass);
    for (const [index, cosines] of target.entries()) {
      cosines[local] = Math.max(cosines[local]!, products[row * numProbes + index]! * factor);
    }
  }
}
