import type { Collective } from '#collective';
import type { Engine } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { readProduct } from './spherical-means.js';

export interface NearestCellsInputs {
  /** Row-major B x D; the same on every rank. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly centroids_KD: Tensor2D;
  /** Cells to name for each row. */
  readonly depth: number;
  /** Cell of a label that this rank owns, -1 for others. */
  readonly cellOfLabel: (label: number) => number;
  readonly engine: Engine;
  readonly collective: Collective;
}

export interface NearestCells {
  /** Per row of the batch its nearest cells, nearest first: B lists of `depth`. */
  readonly lists: readonly Int32Array[];
  /** Cell of each row's own class. */
  readonly labelCells: Int32Array;
}

/**
 * The nearest cells of every row of the batch. Each rank searches for an equal share of the rows, and one all-gather joins the
 * answers, so that all ranks work with the very same lists.
 */
export async function nearestCells(inputs: NearestCellsInputs): Promise<NearestCells> {
  const { features, labels, centroids_KD, depth, cellOfLabel, engine, collective } = inputs;
  const [numCells, embeddingSize] = centroids_KD.shape;
  const numRows = labels.length;
  const firstRow = (rank: number) => Math.floor((numRows * rank) / collective.worldSize);
  const [start, end] = [firstRow(collective.rank), firstRow(collective.rank + 1)];

  const data = new Int32Array(numRows + (end - start) * depth);
  data.set(labels.map(cellOfLabel));
  if (end > start) {
    const cosines = new Float32Array((end - start) * numCells);
    const rows = features.slice(start * embeddingSize, end * embeddingSize);
    await readProduct(engine, rows, end - start, centroids_KD, cosines);
    for (let row = 0; row < end - start; row++) {
      const list = data.subarray(numRows + row * depth, numRows + (row + 1) * depth);
      largest(cosines.subarray(row * numCells, (row + 1) * numCells), list);
    }
  }
  const gathered = await collective.allGather({ dtype: 'int32', shape: [data.length], data });

  const labelCells = new Int32Array(numRows).fill(-1);
  const lists: Int32Array[] = [];
  for (const { data: values } of gathered) {
    for (let row = 0; row < numRows; row++) if (values[row]! >= 0) labelCells[row] = values[row]!;
    for (let at = numRows; at < values.length; at += depth) lists.push((values as Int32Array).subarray(at, at + depth));
  }
  return { lists, labelCells };
}

/** Writes the places of the largest values, largest first, into `places` (no longer than `values`). Among equals the first. */
export function largest(values: Float32Array, places: Int32Array): void {
  const { length } = places;
  let filled = 0;
  for (let candidate = 0; candidate < values.length; candidate++) {
    const value = values[candidate]!;
    if (filled === length && !(value > values[places[length - 1]!]!)) continue;
    let at = filled < length ? filled++ : length - 1;
    while (at > 0 && value > values[places[at - 1]!]!) {
      places[at] = places[at - 1]!;
      at--;
    }
    places[at] = candidate;
  }
}
