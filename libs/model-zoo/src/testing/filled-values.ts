import { tf } from '#engine';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../layer.js';
import type { Network, RunningStatistics } from '../network.js';
import { sizeOf } from '../parameters.js';
import { channelsFirstShape, fromChannelsFirst } from '../weight-layouts.js';

/** The values that fixtures/fill.py computes; both files say the same. */

export const IMAGES = 3;
const BLOCK = 8;

type Kind = 'weight' | 'gamma' | 'variance' | 'slope' | 'small';

/** `count` numbers in [0, 1) from a name. */
function uniform(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let x = (Math.imul(index, 0x9e3779b9) + seed) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    values[index] = (x >>> 0) / 2 ** 32;
  }
  return values;
}

function filled(name: string, kind: Kind, shape: readonly number[]): Float32Array {
  const u = uniform(name, product(shape));
  const [scale, offset] = lawOf(kind, product(shape.slice(1)));
  const values = new Float32Array(u.length);
  for (let index = 0; index < u.length; index++) values[index] = scale * u[index]! + offset;
  return values;
}

/** [scale, offset] of the law from [0, 1). */
function lawOf(kind: Kind, fanIn: number): [number, number] {
  switch (kind) {
    case 'weight':
      return [2 * Math.sqrt(1.5 / fanIn), -Math.sqrt(1.5 / fanIn)];
    case 'gamma':
    case 'variance':
      return [1, 0.5];
    case 'slope':
      return [0.3, 0.1];
    case 'small':
      return [0.4, -0.2];
  }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}

function kindOf({ name }: ParameterSpec): Kind {
  if (name.endsWith('_weight')) return 'weight';
  if (name.endsWith('_alpha')) return 'slope';
  if (name.endsWith('_gamma')) return /relu|_act_/.test(name) ? 'slope' : 'gamma';
  return 'small';
}

/** Parameters in our order, by our names; values by the original's names and order. A gamma that does not train is 1. */
export function filledParameters(network: Network, nameOf: (name: string) => string): Record<string, Tensor> {
  return Object.fromEntries(
    network.parameters.map((spec) => {
      const values = spec.isTrainable
        ? fromChannelsFirst(spec, filled(nameOf(spec.name), kindOf(spec), channelsFirstShape(spec)))
        : new Float32Array(sizeOf(spec)).fill(1);
      return [spec.name, tf.tensor(values, [...spec.shape])];
    }),
  );
}

export function filledStatistics(
  network: Network,
  nameOf: (batchNorm: string) => { mean: string; variance: string },
): Record<string, RunningStatistics> {
  return Object.fromEntries(
    network.statistics.map(({ name, channels }) => {
      const theirs = nameOf(name);
      const mean = tf.tensor1d(filled(theirs.mean, 'small', [channels])) as Tensor1D;
      return [name, { mean, variance: tf.tensor1d(filled(theirs.variance, 'variance', [channels])) }];
    }),
  );
}

/** IMAGES x size x size x 3. */
export function filledImages(size: number): Tensor4D {
  const side = size / BLOCK;
  const blocks = uniform('images', IMAGES * 3 * side * side);
  const pixels = new Float32Array(IMAGES * size * size * 3);
  let at = 0;
  for (let image = 0; image < IMAGES; image++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let channel = 0; channel < 3; channel++) {
          const block = ((image * 3 + channel) * side + Math.floor(y / BLOCK)) * side + Math.floor(x / BLOCK);
          pixels[at++] = Math.floor(256 * blocks[block]!);
        }
  return tf.tensor4d(pixels, [IMAGES, size, size, 3]);
}

export function filledGradient(shape: readonly [number, number]): Tensor2D {
  return tf.tensor2d(
    Float32Array.from(uniform('gradient', shape[0] * shape[1]), (u) => 2 * u - 1),
    [...shape],
  );
}
