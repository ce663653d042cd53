import type { LayerFactory } from '../layer.js';
import { convolution, depthwise, type ConvolutionOptions, type Window } from './convolution.js';
import { batchNorm, prelu } from './normalization.js';
import { sequential } from './structure.js';

/** MXNet's default epsilon of batch norm, which fmobilefacenet was built with. */
export const MXNET_EPSILON = 1e-3;

export interface UnitOptions extends Pick<ConvolutionOptions, 'groups' | 'initializer'> {
  /** Of the batch norm; default 1e-3. */
  readonly epsilon?: number;
  /** Of the batch norm; default false. */
  readonly isGammaFixed?: boolean;
}

/** Convolution and batch norm, no activation: `<name>_conv2d`, `<name>_batchnorm`. */
export function linearUnit(name: string, channels: number, window: Window, options: UnitOptions = {}): LayerFactory {
  return sequential(convolution(`${name}_conv2d`, channels, window, options), norm(name, options));
}

/** Convolution, batch norm, PReLU (`<name>_relu`). */
export function convUnit(name: string, channels: number, window: Window, options: UnitOptions = {}): LayerFactory {
  return sequential(linearUnit(name, channels, window, options), prelu(`${name}_relu`));
}

/** Depthwise convolution, batch norm, PReLU. */
export function depthwiseUnit(name: string, window: Window, options: Omit<UnitOptions, 'groups'> = {}): LayerFactory {
  return sequential(depthwise(`${name}_conv2d`, window, options), norm(name, options), prelu(`${name}_relu`));
}

function norm(name: string, { epsilon = MXNET_EPSILON, isGammaFixed = false }: UnitOptions): LayerFactory {
  return batchNorm(`${name}_batchnorm`, { epsilon, isGammaFixed });
}
