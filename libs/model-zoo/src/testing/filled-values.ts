import { tf } from '#engine';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../layer.js';
import type { Network, RunningStatistics } from '../network.js';
import { sizeOf } from '../parameters.js';
import { channelsFirstShape, fromChannelsFirst } from '../weight-layouts.js';

/** The values that fixtures/fill.py computes; both files say the same. */

export const IMAGES = 3;
const SIZE = 112;
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
  const u = uniform(
    name,
    shape.reduce((product, size) => product * size, 1),
  );
  const bound = Math.sqrt(1.5 / shape.slice(1).reduce((product, size) => product * size, 1));
  const law: Record<Kind, (u: number) => number> = {
    weight: (x) => bound * (2 * x - 1),
    gamma: (x) => 0.5 + x,
    variance: (x) => 0.5 + x,
    slope: (x) => 0.1 + 0.3 * x,
    small: (x) => 0.2 * (2 * x - 1),
  };
  return Float32Array.from(u, law[kind]);
}

function kindOf({ name }: ParameterSpec): Kind {
  if (name.endsWith('_weight')) return 'weight';
  if (name.endsWith('_gamma')) return name.includes('relu') ? 'slope' : 'gamma';
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

/** IMAGES x 112 x 112 x 3. */
export function filledImages(): Tensor4D {
  const side = SIZE / BLOCK;
  const blocks = uniform('images', IMAGES * 3 * side * side);
  const pixels = new Float32Array(IMAGES * SIZE * SIZE * 3);
  let at = 0;
  for (let image = 0; image < IMAGES; image++)
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++)
        for (let channel = 0; channel < 3; channel++) {
          const block = ((image * 3 + channel) * side + Math.floor(y / BLOCK)) * side + Math.floor(x / BLOCK);
          pixels[at++] = Math.floor(256 * blocks[block]!);
        }
  return tf.tensor4d(pixels, [IMAGES, SIZE, SIZE, 3]);
}

export function filledGradient(shape: readonly [number, number]): Tensor2D {
  return tf.tensor2d(
    Float32Array.from(uniform('gradient', shape[0] * shape[1]), (u) => 2 * u - 1),
    [...shape],
  );
}
