import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { tf } from '../tf.js';
import { groupedConv2d } from './grouped-conv2d.js';

/**
 * Convolution without bias, NHWC. A filter of fewer input channels than x has is one of groups: output channels
 * `[g Cout / groups, (g + 1) Cout / groups)` see only the input channels `[g Cin / groups, (g + 1) Cin / groups)`.
 *
 * @param x `[B, H, W, Cin]`
 * @param filter `[kh, kw, Cin / groups, Cout]`
 * @param pad Zeros added on each of the four sides; the output is `floor((H + 2 pad - kh) / stride) + 1` high.
 * @throws ArcFleetError `shape_mismatch` where channels do not divide into groups.
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, stride: number, pad: number): Tensor4D {
  const groups = x.shape[3] / filter.shape[2];
  if (groups === 1) return tf.conv2d(x, filter, stride, pad);
  if (!Number.isInteger(groups) || filter.shape[3] % groups !== 0) {
    throw new ArcFleetError(
      'shape_mismatch',
      `convolution: ${x.shape[3]} channels are no whole number of groups for a filter of shape [${filter.shape}]`,
    );
  }
  return groupedConv2d(x, filter, stride, pad);
}
