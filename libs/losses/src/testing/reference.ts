import type { SoftmaxLossConfig } from '#contracts';

/**
 * Independent float64 form of every softmax loss and its gradients on dense matrices: no chunks, no shards, angles by acos.
 * For tests; held to finite differences by its own spec.
 */
export interface ReferenceInputs {
  readonly loss: SoftmaxLossConfig;
  /** B x D. */
  readonly features: Float64Array;
  /** C x (K D), K sub-centers. */
  readonly centers: Float64Array;
  /** One per class; absent: zeros. */
  readonly bias?: Float64Array;
  readonly labels: Int32Array;
  readonly embeddingSize: number;
  /**
   * Constants to take the place of the margins, one per row (see {@link marginOffsets}): with them the derivative of the loss is
   * what `straight-through` means.
   */
  readonly offsets?: Float64Array;
}

export interface ReferenceGradients {
  readonly loss: number;
  /** Share of rows whose target, without margin, has the largest logit; equal ones count. */
  readonly accuracy: number;
  readonly features: Float64Array;
  readonly centers: Float64Array;
  readonly bias: Float64Array;
}

const EPSILON = 1e-10;
/** The derivative of a margin is taken at least this far from 0 and pi. */
const LEAST_ANGLE = Math.asin(1e-3);

function marginsOf(loss: SoftmaxLossConfig): [m1: number, m2: number, m3: number] {
  if (loss.name === 'arcface') return [1, loss.margin, 0];
  if (loss.name === 'cosface') return [1, 0, loss.margin];
  if (loss.name === 'combined') return [loss.m1, loss.m2, loss.m3];
  return [1, 0, 0];
}

/** Mean loss and its gradients; those of a straight-through loss with slope 1. */
export function reference(inputs: ReferenceInputs): ReferenceGradients {
  const { loss, features, centers, labels, embeddingSize: D, offsets } = inputs;
  const numRows = labels.length;
  const isLinear = loss.name === 'softmax';
  const K = isLinear ? 1 : loss.subCenters;
  const numClasses = centers.length / (K * D);
  const bias = inputs.bias ?? new Float64Array(numClasses);
  const threshold = isLinear ? null : loss.interclassFilteringThreshold;
  const scale = isLinear ? 1 : loss.scale;
  const [m1, m2, m3] = marginsOf(loss);
  const isExact = !('gradient' in loss) || loss.gradient === 'exact';

  const result = {
    loss: 0,
    accuracy: 0,
    features: new Float64Array(features.length),
    centers: new Float64Array(centers.length),
    bias: new Float64Array(numClasses),
  };
  for (const [row, label] of labels.entries()) {
    const x = features.subarray(row * D, (row + 1) * D);
    const logits: number[] = [];
    const plain: number[] = [];
    const slopes: number[] = [];
    const nearest: number[] = [];
    for (let c = 0; c < numClasses; c++) {
      const similarities = Array.from({ length: K }, (_, k) => {
        const w = centers.subarray((c * K + k) * D, (c * K + k + 1) * D);
        return isLinear ? dot(x, w) + bias[c]! : Math.min(1, Math.max(-1, dot(x, w) / norm(x) / norm(w)));
      });
      const similarity = Math.max(...similarities);
      nearest.push(c * K + similarities.indexOf(similarity));
      let logit = similarity;
      let slope = 1;
      if (c !== label && threshold !== null && similarity > threshold) [logit, slope] = [0, 0];
      plain.push(scale * logit);
      if (c === label && !isLinear) {
        const theta = Math.acos(similarity);
        logit = offsets ? similarity + offsets[row]! : Math.cos(m1 * theta + m2) - m3;
        const angle = Math.min(Math.PI - LEAST_ANGLE, Math.max(LEAST_ANGLE, theta));
        if (isExact) slope = (m1 * Math.sin(m1 * angle + m2)) / Math.sin(angle);
      }
      logits.push(scale * logit);
      slopes.push(scale * slope);
    }
    const isRight = plain.every((logit) => logit <= plain[label]! + 1e-5);
    result.accuracy += isRight ? 1 / numRows : 0;
    const top = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
    result.loss += (top + Math.log(sum) - logits[label]!) / numRows;

    for (let c = 0; c < numClasses; c++) {
      const probability = Math.exp(logits[c]! - top) / sum;
      const gradient = ((probability - (c === label ? 1 : 0)) * slopes[c]!) / numRows;
      const start = nearest[c]! * D;
      const w = centers.subarray(start, start + D);
      result.bias[c]! += gradient;
      const [xNorm, wNorm] = isLinear ? [1, 1] : [norm(x), norm(w)];
      const cosine = isLinear ? 0 : dot(x, w) / xNorm / wNorm;
      for (let d = 0; d < D; d++) {
        const [unitX, unitW] = [x[d]! / xNorm, w[d]! / wNorm];
        result.features[row * D + d]! += (gradient * (unitW - cosine * unitX)) / xNorm;
        result.centers[start + d]! += (gradient * (unitX - cosine * unitW)) / wNorm;
      }
    }
  }
  return result;
}

/** Per row, how much the margins move the target's logit (before the scale) at these inputs. */
export function marginOffsets({ loss, features, centers, labels, embeddingSize: D }: ReferenceInputs): Float64Array {
  const [m1, m2, m3] = marginsOf(loss);
  const K = loss.name === 'softmax' ? 1 : loss.subCenters;
  return Float64Array.from(labels, (label, row) => {
    const x = features.subarray(row * D, (row + 1) * D);
    const cosines = Array.from({ length: K }, (_, k) => {
      const w = centers.subarray((label * K + k) * D, (label * K + k + 1) * D);
      return dot(x, w) / norm(x) / norm(w);
    });
    const cosine = Math.max(...cosines);
    return Math.cos(m1 * Math.acos(cosine) + m2) - m3 - cosine;
  });
}

export interface Difference {
  readonly value: number;
  /** How far it may be off for the rounding of the loss alone. */
  readonly noise: number;
}

/** Central differences of the reference's loss, with a step in proportion to the row's norm. */
export function differences(inputs: ReferenceInputs, by: 'features' | 'centers' | 'bias'): Difference[] {
  const { embeddingSize, loss } = inputs;
  const values = inputs[by] ?? new Float64Array(0);
  const scale = loss.name === 'softmax' ? 1 : loss.scale;
  return Array.from(values, (value, at) => {
    const start = at - (at % embeddingSize);
    const h = 1e-6 * (loss.name === 'softmax' ? 1 : norm(values.subarray(start, start + embeddingSize)));
    const lossAt = (moved: number) => {
      const copy = values.slice();
      copy[at] = moved;
      return reference({ ...inputs, [by]: copy }).loss;
    };
    return { value: (lossAt(value + h) - lossAt(value - h)) / (2 * h), noise: (1e-14 * scale) / h };
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

function norm(values: Float64Array): number {
  return Math.sqrt(EPSILON + dot(values, values));
}
