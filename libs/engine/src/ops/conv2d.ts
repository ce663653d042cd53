import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';

/**
 * Convolution without bias, NHWC.
 *
 * @param x `[B, H, W, Cin]`
 * @param filter `[kh, kw, Cin, Cout]`
 * @param pad Zeros added on each of the four sides; the output is `floor((H + 2 pad - kh) / stride) + 1` high.
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, stride: number, pad: number): Tensor4D {
  return tf.conv2d(x, filter, stride, pad);
}
