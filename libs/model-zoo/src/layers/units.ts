import type { LayerFactory } from '../layer.js';
import { convolution, depthwise, globalDepthwise, dense, type Window } from './convolution.js';
import { batchNorm, prelu } from './normalization.js';
import { flatten, sequential } from './structure.js';

/** MXNet's default, which `y1` was built with. */
const EPSILON = 1e-3;
const LAST_EPSILON = 2e-5;

const norm = (name: string): LayerFactory => batchNorm(`${name}_batchnorm`, { epsilon: EPSILON });
const activation = (name: string): LayerFactory => prelu(`${name}_relu`);

/** Convolution, batch norm, PReLU. */
export function convUnit(name: string, channels: number, window: Window): LayerFactory {
  return sequential(convolution(`${name}_conv2d`, channels, window), norm(name), activation(name));
}

/** Convolution and batch norm, no activation. */
export function linearUnit(name: string, channels: number, window: Window): LayerFactory {
  return sequential(convolution(`${name}_conv2d`, channels, window), norm(name));
}

/** Depthwise convolution, batch norm, PReLU. */
export function depthwiseUnit(name: string, window: Window): LayerFactory {
  return sequential(depthwise(`${name}_conv2d`, window), norm(name), activation(name));
}

/** GDC output (insightface.md 4.1): global depthwise convolution + batch norm, dense layer, batch norm with fixed gamma. */
export function gdcOutput(embeddingSize: number): LayerFactory {
  return sequential(
    globalDepthwise('conv_6dw7_7_conv2d'),
    norm('conv_6dw7_7'),
    flatten(),
    dense('pre_fc1', embeddingSize),
    batchNorm('fc1', { epsilon: LAST_EPSILON, isGammaFixed: true }),
  );
}
