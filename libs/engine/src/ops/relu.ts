import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp, input } from '../define-op.js';
import { tf } from '../tf.js';

const forward = defineOp({
  name: 'ArcRelu',
  compose: (inputs) => [tf.relu(input(inputs, 'x'))],
  gradient: {
    inputsToSave: [],
    outputsToSave: [true],
    compute: (dy, [y]) => ({ x: () => backward({ dy: dy as Tensor, y: y! })[0]! }),
  },
});

/** From the output, which is positive where the input was: the input need not be kept. */
const backward = defineOp({
  name: 'ArcReluGrad',
  compose: (inputs) => [tf.mul(input(inputs, 'dy'), tf.step(input(inputs, 'y')))],
});

/** `max(x, 0)`; at 0 the derivative is 0. */
export function relu<T extends Tensor>(x: T): T {
  return forward({ x })[0] as T;
}
