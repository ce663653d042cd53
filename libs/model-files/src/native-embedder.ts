import { basename, dirname } from 'node:path';
import { hashFile } from '#formats';
import { tf, type Engine } from '#engine';
import { sizeOf, type Network, type RunningStatistics, type TensorsByName } from '#model-zoo';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Embedder } from './embedder.js';
import type { ReadModel } from './read-model.js';

/** A network of the catalog in eval mode on an engine. The model's values become tensors, which `dispose` frees. */
export async function createNativeEmbedder(model: ReadModel, engine: Engine): Promise<Embedder> {
  const { network, values, format, weights } = model;
  const sha256 = model.sha256 ?? (await hashFile(dirname(weights), basename(weights))).sha256;
  const parameters = tensorsOf(network, values.parameters);
  const statistics = statisticsTensors(network, values.statistics);
  const { name, embeddingSize, height, width } = network;
  return {
    format,
    network: name,
    embeddingSize,
    height,
    width,
    sha256,
    engine: engine.name,
    embed: async (pixels, rows) => {
      const numImages = pixels.length / (height * width * 3);
      if (!Number.isInteger(numImages) || rows.length !== numImages * embeddingSize) {
        throw new RangeError(`${pixels.length} values of pixels and ${rows.length} of embeddings are not of the same images`);
      }
      const embedded = tf.tidy(() => {
        const images: Tensor4D = tf.tensor4d(pixels, [numImages, height, width, 3]);
        return network.embed(parameters, statistics, images);
      });
      try {
        await engine.readInto(embedded, rows);
      } finally {
        embedded.dispose();
      }
    },
    dispose: async () => {
      tf.dispose(Object.values(parameters));
      tf.dispose(Object.values(statistics).flatMap(({ mean, variance }) => [mean, variance]));
    },
  };
}

function tensorsOf(network: Network, values: ReadonlyMap<string, Float32Array>): TensorsByName {
  const tensors: Record<string, ReturnType<typeof tf.tensor>> = {};
  for (const spec of network.parameters) {
    const { name, shape } = spec;
    const value = values.get(name);
    if (value?.length !== sizeOf(spec)) throw new RangeError(`Parameter ${name} has ${value?.length ?? 0} values`);
    tensors[name] = tf.tensor(value, [...shape], 'float32');
  }
  return tensors;
}

/** Merged running statistics as the tensors that `network.embed` takes; the caller disposes of them. */
export function statisticsTensors(network: Network, merged: Float32Array): Record<string, RunningStatistics> {
  const result: Record<string, RunningStatistics> = {};
  let start = 0;
  for (const { name, channels } of network.statistics) {
    result[name] = {
      mean: tf.tensor1d(merged.slice(start, start + channels)),
      variance: tf.tensor1d(merged.slice(start + channels, start + 2 * channels)),
    };
    start += 2 * channels;
  }
  return result;
}
