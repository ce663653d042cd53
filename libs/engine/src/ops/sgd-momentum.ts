import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp, input } from '../define-op.js';
import { tf } from '../tf.js';

const update = defineOp({
  name: 'ArcSgdMomentum',
  compose: (inputs, attrs) => {
    const param = input(inputs, 'param');
    const lr = attrs.lr as number;
    const decayed = tf.add(input(inputs, 'grad'), tf.mul(param, attrs.weightDecay as number));
    const velocity = tf.sub(tf.mul(input(inputs, 'velocity'), attrs.momentum as number), tf.mul(decayed, lr));
    return [tf.add(param, velocity), velocity];
  },
});

export interface SgdMomentumOptions {
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * One step of SGD in MXNet's form: `v = momentum v - lr (g + weightDecay w)`, `w = w + v`. Takes `param` and `velocity`
 * over: they are disposed of (an engine may reuse their memory), only the returned tensors are valid. `grad` stays the caller's.
 */
export function sgdMomentumUpdate<T extends Tensor>(
  param: T,
  velocity: T,
  grad: Tensor,
  options: SgdMomentumOptions,
): { param: T; velocity: T } {
  const [newParam, newVelocity] = update({ param, velocity, grad }, { ...options });
  param.dispose();
  velocity.dispose();
  return { param: newParam as T, velocity: newVelocity as T };
}
