import type { Engine } from '#engine';
import { tf } from '#engine';
import { NORM_EPSILON, type HeadBatch } from './batch.js';
import type { ChunkTargets } from './head-chunk.js';
import type { MarginLoss } from './losses/margin-loss.js';
import type { StepRows } from './rows/class-rows.js';
import type { TargetLogits } from './softmax-exchange.js';

/** The batch's targets among a rank's classes. */
export interface OwnedTargets extends TargetLogits {
  readonly byChunk: readonly ChunkTargets[];
  /** Derivative of (logit / scale) by the similarity. */
  readonly slopes: Float64Array;
}

/**
 * Finds the targets that this rank owns and computes their logits with margin, and the margin's slope, in float64 from the rows
 * of W that they need (at most B x K x D numbers are read back, K sub-centers).
 */
export async function ownTargets(
  rows: StepRows,
  labels: Int32Array,
  batch: HeadBatch,
  loss: MarginLoss,
  engine: Engine,
): Promise<OwnedTargets> {
  const owned: number[] = [];
  const byChunk = rows.chunks.map((): ChunkTargets => ({ indices: [], rows: [] }));
  for (const [row, label] of labels.entries()) {
    const place = rows.locate(label);
    if (!place) continue;
    byChunk[place.chunk]!.indices.push([place.position, row]);
    byChunk[place.chunk]!.rows.push(row);
    owned.push(row);
  }
  const logits = new Float64Array(labels.length).fill(NaN);
  const plainLogits = new Float64Array(labels.length).fill(NaN);
  const slopes = new Float64Array(labels.length).fill(NaN);
  const targets: OwnedTargets = { owned, byChunk, logits, plainLogits, slopes };
  if (owned.length === 0) return targets;

  const order = byChunk.flatMap((targets) => targets.rows);
  const [centers, biases] = await readTargetRows(rows, byChunk, loss, engine);
  const embeddingSize = batch.inputs.length / batch.numRows;
  for (const [position, row] of order.entries()) {
    let similarity = -Infinity;
    for (let k = 0; k < loss.subCenters; k++) {
      const at = (k * order.length + position) * embeddingSize;
      const own = similarityOf(centers.subarray(at, at + embeddingSize), batch.inputs, row * embeddingSize, loss.isNormalized);
      // NaN goes through, for the exchange to report. Of equal ones the first counts, as on the engine.
      if (own > similarity || Number.isNaN(own)) similarity = own;
    }
    if (biases) similarity += biases[position]!;
    const { value, slope } = loss.targetLogit(similarity);
    // As the engine and the other ranks see it: otherwise the rounding shows as loss where a row is well classified.
    logits[row] = Math.fround(loss.scale * value);
    plainLogits[row] = loss.scale * similarity;
    slopes[row] = slope;
  }
  return targets;
}

function similarityOf(center: Float32Array, inputs: Float32Array, start: number, isNormalized: boolean): number {
  let dot = 0;
  let sum = NORM_EPSILON;
  for (const [d, weight] of center.entries()) {
    dot += weight * inputs[start + d]!;
    sum += weight * weight;
  }
  // min/max keep NaN.
  return isNormalized ? Math.min(1, Math.max(-1, dot / Math.sqrt(sum))) : dot;
}

/** Rows of W of the targets, all first sub-centers first, and their biases, in the order of the chunks. */
async function readTargetRows(
  { chunks }: StepRows,
  byChunk: readonly ChunkTargets[],
  { subCenters, hasBias }: MarginLoss,
  engine: Engine,
): Promise<[centers: Float32Array, biases: Float32Array | null]> {
  const gather = (slot: string, block: number) =>
    byChunk.flatMap(({ indices }, index) => {
      if (indices.length === 0) return [];
      const { size, tensors } = chunks[index]!;
      const at = indices.map(([position]) => block * size + position);
      return [tf.gather(tensors[slot]!, tf.tensor1d(at, 'int32'))];
    });
  const read = async (slot: string, blocks: number): Promise<Float32Array> => {
    const joined = tf.tidy(() => tf.concat(Array.from({ length: blocks }, (_, block) => gather(slot, block)).flat(), 0));
    try {
      const values = new Float32Array(joined.size);
      await engine.readInto(joined, values);
      return values;
    } finally {
      joined.dispose();
    }
  };
  return [await read('centers', subCenters), hasBias ? await read('bias', 1) : null];
}
