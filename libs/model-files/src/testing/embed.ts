import { tf } from '#engine';
import type { Network } from '#model-zoo';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { BackboneValues } from '../backbone-values.js';

/** Embedding of an image of noise, at length 1. */
export async function embedNoise(network: Network, { parameters, statistics }: BackboneValues): Promise<Float32Array> {
  const { height, width } = network;
  const pixels = Float32Array.from({ length: height * width * 3 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256);
  const result = tf.tidy(() => {
    const weights = Object.fromEntries(
      network.parameters.map(({ name, shape }) => [name, tf.tensor(parameters.get(name)!, [...shape])]),
    );
    let at = 0;
    const running = Object.fromEntries(
      network.statistics.map(({ name, channels }) => {
        const [mean, variance] = [0, channels].map((start) =>
          tf.tensor1d(statistics.slice(at + start, at + start + channels)),
        ) as [ReturnType<typeof tf.tensor1d>, ReturnType<typeof tf.tensor1d>];
        at += 2 * channels;
        return [name, { mean, variance }];
      }),
    );
    const embeddings = network.embed(weights, running, tf.tensor(pixels, [1, height, width, 3]) as Tensor4D);
    return tf.div(embeddings, tf.norm(embeddings, 2, 1, true));
  });
  const values = (await result.data()) as Float32Array;
  result.dispose();
  return values;
}

/** Largest difference between two rows of values. */
export function worstDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);
}
