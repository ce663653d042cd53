import { ArcFleetError } from '#contracts';
import type { Payload } from '#collective';
import type { HeadStepInputs } from './head.js';

/** Added under the root of every norm, so that a zero row has a direction (zero) and a finite gradient. */
export const NORM_EPSILON = 1e-10;

/** What the head sees of a global batch. */
export interface HeadBatch {
  readonly numRows: number;
  /** B x D: unit embeddings for a normalised loss, else the embeddings as they came. */
  readonly inputs: Float32Array;
  /** 1 / sqrt(|x|^2 + epsilon) of each row; null when the rows were not normalised. */
  readonly inverseNorm: Float64Array | null;
}

export interface HeadBatchOptions {
  readonly embeddingSize: number;
  readonly numClasses: number;
  readonly isNormalized: boolean;
}

/**
 * Joins and checks a step's batch, and normalises its rows in float64 where the loss wants it. All ranks see the same gathered
 * features, so all throw here together.
 *
 * @throws ArcFleetError `shape_mismatch`, `dataset_invalid` for a label out of range, `non_finite` naming rank and row.
 */
export function openBatch(
  { features: given, labels, step }: HeadStepInputs,
  { embeddingSize, numClasses, isNormalized }: HeadBatchOptions,
): HeadBatch {
  const features = given instanceof Float32Array ? given : joinPayloads(given);
  const numRows = labels.length;
  if (numRows === 0 || features.length !== numRows * embeddingSize) {
    throw new ArcFleetError(
      'shape_mismatch',
      `Step ${step}: ${features.length} feature values do not make ${numRows} rows of ${embeddingSize}`,
      { step, numRows, embeddingSize },
    );
  }
  const badRow = labels.findIndex((label) => label < 0 || label >= numClasses);
  if (badRow >= 0) {
    throw new ArcFleetError('dataset_invalid', `Step ${step}: label ${labels[badRow]} is not in 0..${numClasses - 1}`, {
      step,
      row: badRow,
      label: labels[badRow],
      numClasses,
    });
  }
  const unit = isNormalized ? new Float32Array(features.length) : null;
  const inverseNorm = new Float64Array(numRows);
  for (let row = 0; row < numRows; row++) {
    let sum = NORM_EPSILON;
    const end = (row + 1) * embeddingSize;
    for (let at = row * embeddingSize; at < end; at++) sum += features[at]! * features[at]!;
    if (!Number.isFinite(sum)) {
      const rank = given instanceof Float32Array ? null : rankOfRow(given, row, embeddingSize);
      const from = rank === null ? '' : ` of rank ${rank}`;
      throw new ArcFleetError('non_finite', `Step ${step}: the embeddings${from} are not finite (row ${row} of the batch)`, {
        step,
        rank,
        row,
      });
    }
    if (!unit) continue;
    const inverse = 1 / Math.sqrt(sum);
    inverseNorm[row] = inverse;
    for (let at = row * embeddingSize; at < end; at++) unit[at] = features[at]! * inverse;
  }
  return unit ? { numRows, inputs: unit, inverseNorm } : { numRows, inputs: features, inverseNorm: null };
}

/** Gradient by the batch's inputs to gradient by its embeddings, in place: u -> (u - x^ (x^ . u)) / |x| where normalised. */
export function toFeatureGradient(gradient: Float32Array, { inputs, inverseNorm }: HeadBatch, embeddingSize: number): void {
  if (!inverseNorm) return;
  for (const [row, inverse] of inverseNorm.entries()) {
    const start = row * embeddingSize;
    const end = start + embeddingSize;
    let dot = 0;
    for (let at = start; at < end; at++) dot += gradient[at]! * inputs[at]!;
    for (let at = start; at < end; at++) gradient[at] = (gradient[at]! - inputs[at]! * dot) * inverse;
  }
}

function joinPayloads(payloads: readonly Payload[]): Float32Array {
  const length = payloads.reduce((sum, { data }) => sum + data.length, 0);
  const joined = new Float32Array(length);
  let offset = 0;
  for (const { dtype, data } of payloads) {
    if (dtype !== 'float32') throw new ArcFleetError('shape_mismatch', `Features must be float32, not ${dtype}`);
    joined.set(data, offset);
    offset += data.length;
  }
  return joined;
}

function rankOfRow(payloads: readonly Payload[], row: number, embeddingSize: number): number {
  let rows = 0;
  for (const [rank, { data }] of payloads.entries()) {
    rows += data.length / embeddingSize;
    if (row < rows) return rank;
  }
  return payloads.length - 1;
}
