import type { LossConfig, SoftmaxLossConfig } from '#contracts';
import { randoms } from './ranks.js';

const COSINES = { scale: 64, subCenters: 1, interclassFilteringThreshold: null } as const;

type Named<N extends LossConfig['name']> = Extract<LossConfig, { name: N }>;

export const ARCFACE: Named<'arcface'> = { name: 'arcface', ...COSINES, margin: 0.5, gradient: 'exact' };
export const COSFACE: Named<'cosface'> = { name: 'cosface', ...COSINES, margin: 0.35, gradient: 'exact' };
export const COMBINED: Named<'combined'> = { name: 'combined', ...COSINES, m1: 1, m2: 0.3, m3: 0.2, gradient: 'exact' };
export const NSOFTMAX: Named<'nsoftmax'> = { name: 'nsoftmax', ...COSINES };
export const SOFTMAX: Named<'softmax'> = { name: 'softmax', bias: true };

/** Every loss, and every option that changes its numbers. */
export const LOSS_CASES: readonly (readonly [title: string, loss: SoftmaxLossConfig])[] = [
  ['softmax', SOFTMAX],
  ['softmax without bias', { ...SOFTMAX, bias: false }],
  ['nsoftmax', NSOFTMAX],
  ['nsoftmax, scale 8', { ...NSOFTMAX, scale: 8 }],
  ['arcface', ARCFACE],
  ['arcface, scale 200', { ...ARCFACE, scale: 200 }],
  ['arcface, straight-through', { ...ARCFACE, gradient: 'straight-through' }],
  ['cosface', COSFACE],
  ['combined', COMBINED],
  ['combined, m1 = 1.35', { ...COMBINED, m1: 1.35, m2: 0.2, m3: 0.1 }],
  ['combined, m1 = 0.9', { ...COMBINED, m1: 0.9, m2: 0.4, m3: 0.15 }],
  ['combined, m1 = 4 alone', { ...COMBINED, m1: 4, m2: 0, m3: 0 }],
  ['combined, m1 = 1.35, straight-through', { ...COMBINED, m1: 1.35, gradient: 'straight-through' }],
  ['arcface, 3 sub-centers', { ...ARCFACE, subCenters: 3 }],
  ['arcface, filtered above 0.2', { ...ARCFACE, interclassFilteringThreshold: 0.2 }],
  ['arcface, scale 200, filtered above -0.1', { ...ARCFACE, scale: 200, interclassFilteringThreshold: -0.1 }],
  ['cosface, 2 sub-centers, filtered above 0.3', { ...COSFACE, subCenters: 2, interclassFilteringThreshold: 0.3 }],
];

export const B = 6;
export const D = 8;
export const C = 11;
export const LABELS = Int32Array.from([0, 10, 4, 4, 7, 3]);

export interface HeadInputs {
  readonly features: Float32Array;
  /** C x (K D). */
  readonly centers: Float32Array;
  readonly bias: Float32Array;
}

export function subCentersOf(loss: SoftmaxLossConfig): number {
  return loss.name === 'softmax' ? 1 : loss.subCenters;
}

export function randomInputs(loss: SoftmaxLossConfig): HeadInputs {
  return { features: randoms(B * D, 1), centers: randoms(C * D * subCentersOf(loss), 2), bias: randoms(C, 3) };
}

/** Random inputs, but the features of row 1 and the sub-centers of its class stand under a given angle, along two axes. */
export function inputsAtAngle(loss: SoftmaxLossConfig, angle: number): HeadInputs {
  const inputs = randomInputs(loss);
  const { features, centers } = inputs;
  const label = LABELS[1]!;
  const width = subCentersOf(loss) * D;
  features.fill(0, D, 2 * D);
  features[D] = 2;
  for (let start = label * width; start < (label + 1) * width; start += D) {
    // Later sub-centers stand a little further away.
    const own = Math.min(Math.PI, angle + (start - label * width) / D / 4);
    centers.fill(0, start, start + D);
    centers[start] = 0.5 * Math.cos(own);
    centers[start + 1] = 0.5 * Math.sin(own);
  }
  return inputs;
}

/** Identical classes, classes and features that are zero, equal features; labels hold a class twice already. */
export function degenerateInputs(loss: SoftmaxLossConfig): HeadInputs {
  const inputs = randomInputs(loss);
  const { features, centers } = inputs;
  const width = subCentersOf(loss) * D;
  features.copyWithin(2 * D, 3 * D, 4 * D);
  features.fill(0, 5 * D, 6 * D);
  centers.copyWithin(0, 4 * width, 5 * width);
  // One that is a target, and one that is not.
  centers.fill(0, 7 * width, 8 * width);
  centers.fill(0, 5 * width, 6 * width);
  return inputs;
}

/**
 * Largest difference within a row in proportion to the row's largest expected value, but to no less than `unit`, the size of a
 * gradient where softmax is not saturated: a row with a huge gradient (a zero row has one) does not excuse the others, and a row
 * whose loss is 1e-20 is not asked for digits that float32 lacks.
 */
export function rowwiseError(actual: ArrayLike<number>, expected: ArrayLike<number>, width: number, unit: number): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let start = 0; start < expected.length; start += width) {
    let scale = unit;
    let error = 0;
    for (let at = start; at < start + width; at++) {
      const difference = Math.abs(actual[at]! - expected[at]!);
      scale = Math.max(scale, Math.abs(expected[at]!));
      error = Math.max(error, Number.isFinite(difference) ? difference : Infinity);
    }
    worst = Math.max(worst, error / scale);
  }
  return worst;
}
