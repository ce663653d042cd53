import { dense as denseOp } from '#engine';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerFactory, ParameterSpec } from '../layer.js';
import { xavierGaussianOut, zeros, type Fan, type WeightInitializer } from './initializers.js';

export interface DenseOptions {
  /** Default true. */
  readonly bias?: boolean;
  readonly initializer?: WeightInitializer;
  readonly biasInitializer?: WeightInitializer;
}

/** x W + b on flat features; `<name>_weight` is in x out, `<name>_bias` out. */
export function dense(
  name: string,
  size: number,
  { bias = true, initializer = xavierGaussianOut, biasInitializer = zeros }: DenseOptions = {},
): LayerFactory {
  return (input) => {
    const fan: Fan = { in: input.channels, out: size };
    const weight: ParameterSpec = {
      name: `${name}_weight`,
      shape: [input.channels, size],
      initializer: initializer(fan),
      isTrainable: true,
      layout: { kind: 'dense', input: input.flattened ?? input },
    };
    const shift: ParameterSpec = {
      name: `${name}_bias`,
      shape: [size],
      initializer: biasInitializer(fan),
      isTrainable: true,
    };
    const output = { height: 1, width: 1, channels: size };
    return {
      output,
      parameters: bias ? [weight, shift] : [weight],
      statistics: [],
      flops: (2 * input.channels - (bias ? 0 : 1)) * size,
      forward: (x, context) =>
        denseOp(
          x as Tensor2D,
          context.parameter(weight.name) as Tensor2D,
          bias ? (context.parameter(shift.name) as Tensor1D) : null,
        ),
      draw: (graph, from) => {
        const op = { kind: 'dense', weight: weight.name, bias: bias ? shift.name : null, size } as const;
        return graph.add(op, [from], output, name);
      },
    };
  };
}
