import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { defineOp, input, type Attributes, type TensorMap } from '../define-op.js';
import { tf } from '../tf.js';
import { conv2d } from './conv2d.js';

const forward = defineOp({
  name: 'ArcGroupedConv2d',
  compose: (inputs, attrs) => {
    const { x, filter } = parts(inputs, ['x', 'filter'], attrs);
    const { strides, pad } = slide(attrs);
    return [
      tf.concat(
        x!.map((part, g) => tf.conv2d(part, filter![g]!, strides, pad)),
        3,
      ),
    ];
  },
  gradient: {
    inputsToSave: ['x', 'filter'],
    outputsToSave: [],
    compute: (dys, saved, attrs) => {
      const [x, filter] = saved as [Tensor, Tensor];
      const dy = dys as Tensor;
      const shared = attrs as Attributes;
      return {
        x: () => backwardInput({ dy, filter }, { ...shared, inputShape: x.shape })[0]!,
        filter: () => backwardFilter({ dy, x }, { ...shared, filterShape: filter.shape })[0]!,
      };
    },
  },
});

const backwardInput = defineOp({
  name: 'ArcGroupedConv2dBackpropInput',
  compose: (inputs, attrs) => {
    const { dy, filter } = parts(inputs, ['dy', 'filter'], attrs);
    const [batch, height, width, channels] = attrs.inputShape as Tensor4D['shape'];
    const inputShape = [batch, height, width, channels / (attrs.groups as number)];
    const each = dy!.map((part, g) =>
      derivative('Conv2DBackpropInput', { dy: part, filter: filter![g]! }, { inputShape }, attrs),
    );
    return [tf.concat(each, 3)];
  },
});

const backwardFilter = defineOp({
  name: 'ArcGroupedConv2dBackpropFilter',
  compose: (inputs, attrs) => {
    const { dy, x } = parts(inputs, ['dy', 'x'], attrs);
    const [height, width, channels, outputs] = attrs.filterShape as Tensor4D['shape'];
    const filterShape = [height, width, channels, outputs / (attrs.groups as number)];
    const each = dy!.map((part, g) => derivative('Conv2DBackpropFilter', { dy: part, x: x![g]! }, { filterShape }, attrs));
    return [tf.concat(each, 3)];
  },
});

/** One group's part of each tensor: all of them have their groups on the last axis. */
function parts(inputs: TensorMap, names: readonly string[], attrs: Attributes): Record<string, Tensor4D[]> {
  const split = (name: string) => tf.split(input(inputs, name), attrs.groups as number, 3) as Tensor4D[];
  return Object.fromEntries(names.map((name) => [name, split(name)]));
}

/** Stride and zeros as tfjs names them. */
function slide(attrs: Attributes): { strides: [number, number]; pad: number } {
  return { strides: [attrs.stride as number, attrs.stride as number], pad: attrs.pad as number };
}

/** tfjs' derivative of one group's convolution; every backend has its kernel. */
function derivative(kernel: string, inputs: TensorMap, shape: Attributes, attrs: Attributes): Tensor4D {
  return tf.engine().runKernel(kernel, inputs, { ...shape, ...slide(attrs), dataFormat: 'NHWC' } as never) as Tensor4D;
}

/**
 * Convolution in groups without bias, NHWC: output channels of a group see the input channels of the same group only.
 *
 * @param x `[B, H, W, Cin]`
 * @param filter `[kh, kw, Cin / groups, Cout]`; group g makes the outputs `g Cout / groups ..`
 * @param groups Divides Cin and Cout.
 * @param pad Zeros added on each of the four sides.
 * @throws ArcFleetError `shape_mismatch`
 */
export function groupedConv2d(x: Tensor4D, filter: Tensor4D, groups: number, stride: number, pad: number): Tensor4D {
  if (groups === 1) return conv2d(x, filter, stride, pad);
  if (x.shape[3] !== groups * filter.shape[2] || filter.shape[3] % groups !== 0) {
    throw new ArcFleetError(
      'shape_mismatch',
      `convolution: ${x.shape[3]} channels in ${groups} groups do not fit a filter of shape [${filter.shape}]`,
    );
  }
  return forward({ x, filter }, { groups, stride, pad })[0] as Tensor4D;
}
