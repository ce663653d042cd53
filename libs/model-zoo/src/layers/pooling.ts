import { averagePool2d, maxPool2d, tf } from '#engine';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerFactory } from '../layer.js';
import { slide, type Window } from './convolution.js';
import { stateless } from './structure.js';

/** Mean over all positions: B x H x W x C to B x 1 x 1 x C. */
export function globalAverage(): LayerFactory {
  return ({ channels }) =>
    stateless({ height: 1, width: 1, channels }, { kind: 'globalAverage' }, (x) => tf.mean(x, [1, 2], true));
}

/** Largest value of each window. */
export function maxPool(window: Window): LayerFactory {
  const { kernel, stride, pad } = window;
  return (input) =>
    stateless({ ...slide(input, window), channels: input.channels }, { kind: 'maxPool', ...window }, (x) =>
      maxPool2d(x as Tensor4D, kernel, stride, pad),
    );
}

/** Mean of each square of `size` x `size` positions; what fills no square is left out. */
export function averagePool(size: number): LayerFactory {
  const window = { kernel: size, stride: size, pad: 0 };
  return (input) =>
    stateless({ ...slide(input, window), channels: input.channels }, { kind: 'averagePool', ...window }, (x) =>
      averagePool2d(x as Tensor4D, size, size),
    );
}

/**
 * Scales the vector at each position to the mean norm of its group: x(p) mean|x| / |x(p)| (MobileFaceNet++; the first half of
 * GNAP). In train mode a group is one of batch norm's, as the peer's is a device's batch; in eval mode it is the image alone,
 * so that an embedding does not depend on its neighbours.
 */
export function equalizeNorms(): LayerFactory {
  return (input) =>
    stateless(input, { kind: 'equalizeNorms', floor: SMALLEST }, (x, { mode, bnGroupSize }) => {
      const groupSize = mode === 'train' ? bnGroupSize : 1;
      const positions = groupSize * input.height * input.width;
      const grouped = tf.reshape(x, [-1, positions, input.channels]);
      const norms = tf.sqrt(tf.add(tf.sum(tf.square(grouped), 2, true), SMALLEST));
      const scales = tf.div(tf.mean(norms, 1, true), norms);
      return tf.reshape(tf.mul(grouped, scales), x.shape);
    });
}

/** Keeps the root's derivative finite where all channels are zero. */
const SMALLEST = 1e-12;
