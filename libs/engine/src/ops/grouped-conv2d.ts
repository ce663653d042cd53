import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';
import { conv2d } from './conv2d.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';

/** Up to so many inputs x outputs a group counts as narrow. */
const NARROW = 4;

/**
 * Convolution in groups without bias, NHWC: output channels of a group see the input channels of the same group only. No engine
 * here has a kernel for it, so it is composed: narrow groups of depthwise convolutions, one for each pair of input and output
 * in a group; wide ones of one convolution per group.
 *
 * @param x `[B, H, W, Cin]`
 * @param filter `[kh, kw, Cin / groups, Cout]`; group g makes the outputs `g Cout / groups ..`
 * @param groups Divides Cin and Cout.
 * @param pad Zeros added on each of the four sides.
 */
export function groupedConv2d(x: Tensor4D, filter: Tensor4D, groups: number, stride: number, pad: number): Tensor4D {
  return tf.tidy(() => {
    const numInputs = filter.shape[2];
    const numOutputs = filter.shape[3] / groups;
    return numInputs * numOutputs <= NARROW ? narrow(x, filter, groups, stride, pad) : wide(x, filter, groups, stride, pad);
  });
}

function narrow(x: Tensor4D, filter: Tensor4D, groups: number, stride: number, pad: number): Tensor4D {
  const [batch, height, width] = x.shape;
  const [kernelHeight, kernelWidth, numInputs, channels] = filter.shape;
  const numOutputs = channels / groups;
  /** Every `of`-th of the last axis, from each start. */
  const comb = (tensor: Tensor, of: number, shape: Tensor4D['shape']) =>
    of === 1
      ? [tf.reshape(tensor, shape) as Tensor4D]
      : tf.unstack(tf.reshape(tensor, [-1, groups, of]) as Tensor3D, 2).map((part) => tf.reshape(part, shape) as Tensor4D);
  const inputs = comb(x, numInputs, [batch, height, width, groups]);
  const taps = numInputs === 1 ? [filter] : tf.split(filter, numInputs, 2);
  const filters = taps.map((tap) => comb(tap, numOutputs, [kernelHeight, kernelWidth, groups, 1]));
  const outputs = Array.from({ length: numOutputs }, (_, output) =>
    inputs
      .map((each, index) => depthwiseConv2d(each, filters[index]![output]!, stride, pad))
      .reduce((sum, each) => tf.add(sum, each) as Tensor4D),
  );
  if (numOutputs === 1) return outputs[0]!;
  const [, outHeight, outWidth] = outputs[0]!.shape;
  return tf.reshape(tf.stack(outputs, 4), [batch, outHeight, outWidth, channels]);
}

function wide(x: Tensor4D, filter: Tensor4D, groups: number, stride: number, pad: number): Tensor4D {
  const inputs = tf.split<Tensor4D>(x, groups, 3);
  const filters = tf.split<Tensor4D>(filter, groups, 3);
  const outputs = inputs.map((each, group) => conv2d(each, filters[group]!, stride, pad));
  return tf.concat4d(outputs, 3);
}
