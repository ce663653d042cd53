import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp, input } from '../define-op.js';
import { tf } from '../tf.js';

const update = defineOp({
  name: 'ArcAdamW',
  compose: (inputs, attrs) => {
    const { decay, beta1, beta2, complement1, complement2, stepSize, rootScale, epsilon } = attrs as Record<string, number>;
    const grad = input(inputs, 'grad');
    const moment1 = tf.add(tf.mul(input(inputs, 'moment1'), beta1!), tf.mul(grad, complement1!));
    const moment2 = tf.add(tf.mul(input(inputs, 'moment2'), beta2!), tf.mul(tf.square(grad), complement2!));
    const denominator = tf.add(tf.mul(tf.sqrt(moment2), rootScale!), epsilon!);
    const decayed = tf.mul(input(inputs, 'param'), decay!);
    return [tf.sub(decayed, tf.div(tf.mul(moment1, stepSize!), denominator)), moment1, moment2];
  },
});

export interface AdamWOptions {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Number of this update, from 1: corrects the moments, which start at zero. */
  readonly step: number;
}

/**
 * One step of AdamW (Loshchilov and Hutter, 2019, algorithm 2, with the decay scaled by the rate as PyTorch has it):
 * `m1 = beta1 m1 + (1 - beta1) g`, `m2 = beta2 m2 + (1 - beta2) g^2`,
 * `w = (1 - lr weightDecay) w - lr m1^ / (sqrt(m2^) + epsilon)` with `m^ = m / (1 - beta^step)`. Takes `param` and both
 * moments over: they are disposed of (an engine may reuse their memory), only the returned tensors are valid. `grad` stays
 * the caller's.
 */
export function adamwUpdate<T extends Tensor>(
  param: T,
  moment1: T,
  moment2: T,
  grad: Tensor,
  { lr, beta1, beta2, epsilon, weightDecay, step }: AdamWOptions,
): { param: T; moment1: T; moment2: T } {
  const [newParam, newMoment1, newMoment2] = update(
    { param, moment1, moment2, grad },
    {
      decay: 1 - lr * weightDecay,
      beta1,
      complement1: 1 - beta1,
      beta2,
      complement2: 1 - beta2,
      stepSize: lr / (1 - beta1 ** step),
      rootScale: 1 / Math.sqrt(1 - beta2 ** step),
      epsilon,
    },
  );
  tf.dispose([param, moment1, moment2]);
  return { param: newParam as T, moment1: newMoment1 as T, moment2: newMoment2 as T };
}
