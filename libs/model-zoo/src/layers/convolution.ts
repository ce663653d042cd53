import { conv2d, dense as denseOp, depthwiseConv2d } from '#engine';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { FeatureShape, LayerFactory, ParameterSpec } from '../layer.js';

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on each side. */
  readonly pad: number;
}

/**
 * Xavier, gaussian, fan-out, magnitude 2 (insightface.md 2.3): std = sqrt(2 / fanOut). For a depthwise filter the fan-out is
 * channels x kernel area, as MXNet counts it.
 */
function xavier(fanOut: number): ParameterSpec['initializer'] {
  return { kind: 'normal', std: Math.sqrt(2 / fanOut) };
}

function slide({ height, width }: FeatureShape, { kernel, stride, pad }: Window): { height: number; width: number } {
  const extent = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const result = { height: extent(height), width: extent(width) };
  if (result.height < 1 || result.width < 1) {
    throw new RangeError(`A ${kernel}x${kernel} window does not fit into ${height}x${width} pixels padded by ${pad}`);
  }
  return result;
}

/** Convolution without bias; filter kernel x kernel x in x out. */
export function convolution(name: string, channels: number, window: Window): LayerFactory {
  return (input) => {
    const { kernel, stride, pad } = window;
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [kernel, kernel, input.channels, channels],
      initializer: xavier(channels * kernel * kernel),
      isTrainable: true,
    };
    return {
      output: { ...slide(input, window), channels },
      parameters: [weight],
      statistics: [],
      forward: (x, context) => conv2d(x as Tensor4D, context.parameter(weight.name) as Tensor4D, stride, pad),
    };
  };
}

/** One filter per channel, no bias; filter kernelHeight x kernelWidth x channels x 1. */
export function depthwise(name: string, window: Window): LayerFactory {
  return (input) => {
    const { kernel, stride, pad } = window;
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [kernel, kernel, input.channels, 1],
      initializer: xavier(input.channels * kernel * kernel),
      isTrainable: true,
    };
    return {
      output: { ...slide(input, window), channels: input.channels },
      parameters: [weight],
      statistics: [],
      forward: (x, context) => depthwiseConv2d(x as Tensor4D, context.parameter(weight.name) as Tensor4D, stride, pad),
    };
  };
}

/** A depthwise filter as large as the feature map: one number per channel (global depthwise convolution). */
export function globalDepthwise(name: string): LayerFactory {
  return (input) => {
    if (input.height !== input.width) throw new RangeError('A global depthwise convolution needs a square feature map');
    return depthwise(name, { kernel: input.height, stride: 1, pad: 0 })(input);
  };
}

/** x W + b on flat features; W is in x out. */
export function dense(name: string, size: number): LayerFactory {
  return (input) => {
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [input.channels, size],
      initializer: xavier(size),
      isTrainable: true,
    };
    const bias: ParameterSpec = {
      name: `${name}_bias`,
      shape: [size],
      initializer: { kind: 'constant', value: 0 },
      isTrainable: true,
    };
    return {
      output: { height: 1, width: 1, channels: size },
      parameters: [weight, bias],
      statistics: [],
      forward: (x, context) =>
        denseOp(x as Tensor2D, context.parameter(weight.name) as Tensor2D, context.parameter(bias.name) as Tensor1D),
    };
  };
}
