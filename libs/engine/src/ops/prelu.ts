import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { defineOp, input, type TensorMap } from '../define-op.js';
import { tf } from '../tf.js';

const forward = defineOp({
  name: 'ArcPrelu',
  compose: (inputs) => {
    const { x, slope } = operands(inputs);
    return [tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), slope))];
  },
  gradient: {
    inputsToSave: ['x', 'slope'],
    outputsToSave: [],
    compute: (dy, saved) => {
      const [x, slope] = saved;
      const [dx, dSlope] = backward({ dy: dy as Tensor, x: x!, slope: slope! });
      return { x: () => dx!, slope: () => dSlope! };
    },
  },
});

/** `dx = dy * (x > 0 ? 1 : slope)`, `dSlope = sum(dy * min(x, 0))` over all but the last axis. */
const backward = defineOp({
  name: 'ArcPreluGrad',
  compose: (inputs) => {
    const { x, slope } = operands(inputs);
    const dy = input(inputs, 'dy');
    const positive = tf.step(x);
    const dx = tf.mul(dy, tf.add(positive, tf.mul(tf.sub(1, positive), slope)));
    const channels = slope.shape[0];
    return [dx, tf.sum(tf.reshape(tf.mul(dy, tf.minimum(x, 0)), [-1, channels]), 0)];
  },
});

function operands(inputs: TensorMap): { x: Tensor; slope: Tensor1D } {
  return { x: input(inputs, 'x'), slope: input(inputs, 'slope') as Tensor1D };
}

/**
 * `max(x, 0) + slope * min(x, 0)`; at 0 the derivative is the slope's.
 *
 * @param x `[..., C]`
 * @param slope `[C]`, or `[1]`: one slope for all channels
 */
export function prelu<T extends Tensor>(x: T, slope: Tensor1D): T {
  const channels = x.shape.at(-1)!;
  if (slope.shape[0] === channels) return forward({ x, slope })[0] as T;
  // As a product, because its derivative is a sum; that of `tf.tile` is as many ops as there are channels.
  return tf.tidy(() => forward({ x, slope: tf.mul(tf.ones([channels]), slope) })[0] as T);
}
