import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp, input } from '../define-op.js';
import { tf } from '../tf.js';

const update = defineOp({
  name: 'ArcMovingAverage',
  compose: (inputs, attrs) => {
    const { decay, complement } = attrs as Record<string, number>;
    return [tf.add(tf.mul(input(inputs, 'average'), decay!), tf.mul(input(inputs, 'value'), complement!))];
  },
});

/**
 * `decay average + (1 - decay) value`. Takes `average` over: it is disposed of (an engine may reuse its memory), only the
 * returned tensor is valid. `value` stays the caller's.
 */
export function movingAverageUpdate<T extends Tensor>(average: T, value: Tensor, decay: number): T {
  const [next] = update({ average, value }, { decay, complement: 1 - decay });
  average.dispose();
  return next as T;
}
