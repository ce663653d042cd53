import type { Tensor } from '@tensorflow/tfjs-core';
import { input, type TensorMap } from '../../define-op.js';
import { tf } from '../../tf.js';
import type { TensorFlowOps } from './operations.js';

type Kernel = (inputs: TensorMap) => Tensor[];

/** PReLU in fewer passes over memory: `tf.step`, which the portable gradient uses, is five ops on this backend. */
export function preluKernels(ops: TensorFlowOps): Record<string, Kernel> {
  return {
    ArcPrelu: (inputs) => {
      const x = input(inputs, 'x');
      return [tf.add(tf.relu(x), tf.mul(tf.minimum(x, 0), input(inputs, 'slope')))];
    },
    ArcPreluGrad: (inputs) => {
      const { x, dy } = { x: input(inputs, 'x'), dy: input(inputs, 'dy') };
      const positive = ops.run('ReluGrad', { T: 'float32' }, [dy, x]);
      const negative = tf.sub(dy, positive);
      const dx = tf.add(positive, tf.mul(negative, input(inputs, 'slope')));
      // Sums over all but the last axis, an order of magnitude faster than `tf.sum`.
      const attributes = { T: 'float32', data_format: { string: 'NHWC' } } as const;
      return [dx, ops.run('BiasAddGrad', attributes, [tf.mul(negative, x)])];
    },
  };
}
