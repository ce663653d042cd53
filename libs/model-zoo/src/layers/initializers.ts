import type { Initializer } from '../layer.js';

/** How many inputs one output sees, and how many outputs one input reaches; both count the window's positions. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

export type WeightInitializer = (fan: Fan) => Initializer;

/**
 * Xavier, gaussian, fan-out, magnitude 2 (insightface.md 2.3): std = sqrt(2 / fanOut); PyTorch's `kaiming_normal_` with mode
 * `fan_out` is the same.
 */
export const xavierGaussianOut: WeightInitializer = (fan) => ({ kind: 'normal', std: Math.sqrt(2 / fan.out) });

/** Xavier, uniform, fan-in, magnitude 2 (insightface.md 2.3): +-sqrt(2 / fanIn). */
export const xavierUniformIn: WeightInitializer = (fan) => ({ kind: 'uniform', bound: Math.sqrt(2 / fan.in) });

/** PyTorch's default for weight and bias of a linear layer: +-1 / sqrt(fanIn). */
export const torchLinear: WeightInitializer = (fan) => ({ kind: 'uniform', bound: 1 / Math.sqrt(fan.in) });

export function gaussian(std: number): WeightInitializer {
  return () => ({ kind: 'normal', std });
}

export const zeros: WeightInitializer = () => ({ kind: 'constant', value: 0 });
