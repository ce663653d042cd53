import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';

/**
 * Largest value of each window, NHWC; what lies outside the image is never the largest.
 *
 * @param x `[B, H, W, C]`
 * @param pad Pixels added on each of the four sides, fewer than `size`; the output is `floor((H + 2 pad - size) / stride) + 1`
 *   high.
 */
export function maxPool2d(x: Tensor4D, size: number, stride: number, pad: number): Tensor4D {
  return tf.maxPool(x, size, stride, pad, pad === 0 ? undefined : 'floor');
}

/**
 * Mean of each window, NHWC.
 *
 * @param x `[B, H, W, C]`; rows and columns at the end that fill no window are left out.
 */
export function averagePool2d(x: Tensor4D, size: number, stride: number): Tensor4D {
  return tf.avgPool(x, size, stride, 'valid');
}
