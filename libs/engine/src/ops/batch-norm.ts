import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { defineOp, input, type Attributes, type TensorMap } from '../define-op.js';
import { tf } from '../tf.js';

const forward = defineOp({
  name: 'ArcBatchNormTrain',
  compose: (inputs, attrs) => {
    const { x, x3, gamma } = operands(inputs, attrs);
    const mean = tf.mean(x3, 1, true);
    const variance = tf.mean(tf.square(tf.sub(x3, mean)), 1, true);
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, attrs.eps as number)));
    const y = tf.add(tf.mul(tf.sub(x3, mean), scale), input(inputs, 'beta'));
    return [tf.reshape(y, x.shape), tf.squeeze(mean, [1]), tf.squeeze(variance, [1])];
  },
  gradient: {
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true, true],
    compute: (dys, saved, attrs) => {
      const [x, gamma, mean, variance] = saved;
      const dy = (dys as Tensor[])[0]!;
      const [dx, dGamma, dBeta] = backward({ dy, x: x!, gamma: gamma!, mean: mean!, variance: variance! }, attrs as Attributes);
      return { x: () => dx!, gamma: () => dGamma!, beta: () => dBeta! };
    },
  },
});

/**
 * With `h = (x - mean) / sqrt(variance + eps)`, per group and channel over its `m` values:
 * `dx = gamma / sqrt(variance + eps) * (dy - mean(dy) - h * mean(dy * h))`; `dGamma`, `dBeta` sum `dy * h`, `dy` over everything.
 */
const backward = defineOp({
  name: 'ArcBatchNormTrainGrad',
  compose: (inputs, attrs) => {
    const { x, x3, gamma } = operands(inputs, attrs);
    const dy3 = tf.reshape(input(inputs, 'dy'), x3.shape);
    const rstd = tf.expandDims(tf.rsqrt(tf.add(input(inputs, 'variance'), attrs.eps as number)), 1);
    const h = tf.mul(tf.sub(x3, tf.expandDims(input(inputs, 'mean'), 1)), rstd);
    const sumDy = tf.sum(dy3, 1, true);
    const sumDyH = tf.sum(tf.mul(dy3, h), 1, true);
    const size = x3.shape[1]!;
    const centred = tf.sub(tf.sub(dy3, tf.div(sumDy, size)), tf.mul(h, tf.div(sumDyH, size)));
    const dx = tf.mul(centred, tf.mul(gamma, rstd));
    return [tf.reshape(dx, x.shape), tf.sum(sumDyH, [0, 1]), tf.sum(sumDy, [0, 1])];
  },
});

function operands(inputs: TensorMap, attrs: Attributes): { x: Tensor; x3: Tensor; gamma: Tensor } {
  const x = input(inputs, 'x');
  const channels = x.shape[x.rank - 1]!;
  return { x, x3: tf.reshape(x, [attrs.groups as number, -1, channels]), gamma: input(inputs, 'gamma') };
}

export interface BatchNormTrain<T extends Tensor> {
  readonly y: T;
  /** `[G, C]`, constants for the gradient. */
  readonly mean: Tensor2D;
  /** `[G, C]`, the biased variance (divided by the number of values), constants for the gradient. */
  readonly variance: Tensor2D;
}

/**
 * Batch norm in training over fixed groups of `groupSize` consecutive samples, so that the result does not depend on how
 * samples are spread over ranks.
 *
 * @param x `[B, C]` or `[B, H, W, C]`; B a multiple of `groupSize`.
 * @param gamma `[C]`, or null where the scale is fixed at 1.
 * @param beta `[C]`
 * @throws ArcFleetError `shape_mismatch`
 */
export function batchNormTrain<T extends Tensor>(
  x: T,
  gamma: Tensor1D | null,
  beta: Tensor1D,
  eps: number,
  groupSize: number,
): BatchNormTrain<T> {
  const [batch = 0] = x.shape;
  if (groupSize < 1 || batch % groupSize !== 0) {
    throw new ArcFleetError('shape_mismatch', `batch norm: ${batch} samples are no whole number of groups of ${groupSize}`);
  }
  const [y, mean, variance] = tf.tidy(() =>
    forward({ x, gamma: gamma ?? tf.onesLike(beta), beta }, { eps, groups: batch / groupSize }),
  );
  return { y: y as T, mean: mean as Tensor2D, variance: variance as Tensor2D };
}

/** Batch norm with given statistics: `(x - mean) / sqrt(variance + eps) * gamma + beta`, all `[C]`. */
export function batchNormInference<T extends Tensor>(
  x: T,
  mean: Tensor1D,
  variance: Tensor1D,
  gamma: Tensor1D | null,
  beta: Tensor1D,
  eps: number,
): T {
  return tf.tidy(() => {
    const rstd = tf.rsqrt(tf.add(variance, eps));
    const scale = gamma === null ? rstd : tf.mul(gamma, rstd);
    return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
  });
}
