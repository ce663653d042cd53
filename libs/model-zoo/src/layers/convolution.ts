import { conv2d, depthwiseConv2d, groupedConv2d, tf } from '#engine';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { FeatureShape, LayerFactory, ParameterSpec } from '../layer.js';
import { xavierGaussianOut, zeros, type Fan, type WeightInitializer } from './initializers.js';

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on each side. */
  readonly pad: number;
}

export interface ConvolutionOptions {
  /** Default 1. Output channels of a group see the input channels of the same group only. */
  readonly groups?: number;
  /** Default false. */
  readonly bias?: boolean;
  readonly initializer?: WeightInitializer;
}

/** Size of the map that a window gives. @throws RangeError if it does not fit. */
export function slide({ height, width }: FeatureShape, { kernel, stride, pad }: Window): { height: number; width: number } {
  const extent = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const result = { height: extent(height), width: extent(width) };
  if (result.height < 1 || result.width < 1) {
    throw new RangeError(`A ${kernel}x${kernel} window does not fit into ${height}x${width} pixels padded by ${pad}`);
  }
  return result;
}

/** InsightFace's count: (2 x inputs x area - 1) x outputs x pixels / groups; a bias costs the one that is taken off. */
function convolutionFlops(input: FeatureShape, output: FeatureShape, { kernel }: Window, groups: number, bias: boolean): number {
  const perValue = 2 * input.channels * kernel * kernel - (bias ? 0 : 1);
  return Math.floor((perValue * output.channels * output.height * output.width) / groups);
}

/**
 * Convolution with the parameters `<name>_weight`, kernel x kernel x (in / groups) x out, and `<name>_bias` where asked for.
 * Fans count as MXNet and PyTorch count them: one group's inputs, all outputs.
 *
 * @throws RangeError if the window does not fit or the groups do not divide the channels.
 */
export function convolution(
  name: string,
  channels: number,
  window: Window,
  { groups = 1, bias = false, initializer = xavierGaussianOut }: ConvolutionOptions = {},
): LayerFactory {
  return (input) => {
    const { kernel, stride, pad } = window;
    if (input.channels % groups !== 0 || channels % groups !== 0) {
      throw new RangeError(`${name}: ${groups} groups do not divide ${input.channels} input and ${channels} output channels`);
    }
    const inputsPerGroup = input.channels / groups;
    const fan: Fan = { in: inputsPerGroup * kernel * kernel, out: channels * kernel * kernel };
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [kernel, kernel, inputsPerGroup, channels],
      initializer: initializer(fan),
      isTrainable: true,
      layout: { kind: 'convolution' },
    };
    const shift: ParameterSpec = { name: `${name}_bias`, shape: [channels], initializer: zeros(fan), isTrainable: true };
    const output = { ...slide(input, window), channels };
    return {
      output,
      parameters: bias ? [weight, shift] : [weight],
      statistics: [],
      flops: convolutionFlops(input, output, window, groups, bias),
      forward: (x, context) => {
        const filter = context.parameter(weight.name) as Tensor4D;
        const y =
          groups === 1 ? conv2d(x as Tensor4D, filter, stride, pad) : groupedConv2d(x as Tensor4D, filter, groups, stride, pad);
        return bias ? tf.add(y, context.parameter(shift.name)) : y;
      },
      draw: (graph, from) => {
        const op = {
          kind: 'convolution',
          weight: weight.name,
          bias: bias ? shift.name : null,
          channels,
          groups,
          ...window,
        } as const;
        return graph.add(op, [from], output, name);
      },
    };
  };
}

/** One filter per channel, no bias; `<name>_weight` is kernel x kernel x channels x 1. */
export function depthwise(
  name: string,
  window: Window,
  { initializer = xavierGaussianOut }: Pick<ConvolutionOptions, 'initializer'> = {},
): LayerFactory {
  return (input) => {
    const { kernel, stride, pad } = window;
    const { channels } = input;
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [kernel, kernel, channels, 1],
      initializer: initializer({ in: kernel * kernel, out: channels * kernel * kernel }),
      isTrainable: true,
      layout: { kind: 'depthwise' },
    };
    const output = { ...slide(input, window), channels };
    return {
      output,
      parameters: [weight],
      statistics: [],
      flops: convolutionFlops(input, output, window, channels, false),
      forward: (x, context) => depthwiseConv2d(x as Tensor4D, context.parameter(weight.name) as Tensor4D, stride, pad),
      draw: (graph, from) => {
        const op = { kind: 'convolution', weight: weight.name, bias: null, channels, groups: channels, ...window } as const;
        return graph.add(op, [from], output, name);
      },
    };
  };
}

/** The window that covers a feature map. @throws RangeError if the map is not square. */
export function wholeMap({ height, width }: FeatureShape): Window {
  if (height !== width) throw new RangeError('A window as large as the feature map needs a square one');
  return { kernel: height, stride: 1, pad: 0 };
}

/**
 * `channels` outputs, each with a group of input channels of its own (MXNet's `num_filter = num_group`); as many outputs as inputs
 * make it a depthwise convolution.
 */
export function perGroup(
  name: string,
  channels: number,
  window: Window,
  options: Pick<ConvolutionOptions, 'initializer'> = {},
): LayerFactory {
  return (input) =>
    input.channels === channels
      ? depthwise(name, window, options)(input)
      : convolution(name, channels, window, { ...options, groups: channels })(input);
}
