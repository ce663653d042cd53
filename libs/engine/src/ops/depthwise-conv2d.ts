import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';

/**
 * One filter per channel, without bias, NHWC.
 *
 * @param x `[B, H, W, C]`
 * @param filter `[kh, kw, C, 1]`
 * @param pad Zeros added on each of the four sides.
 */
export function depthwiseConv2d(x: Tensor4D, filter: Tensor4D, stride: number, pad: number): Tensor4D {
  return tf.depthwiseConv2d(x, filter, stride, pad);
}
