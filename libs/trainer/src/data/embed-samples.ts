import type { ImageDecoder, TrainingSet } from '#datasets';
import { tf, type Engine } from '#engine';
import type { Backbone } from '../backbone.js';
import { embedAhead } from '../embed-ahead.js';
import { statisticsTensors } from '#model-files';

/** Images that are embedded at once. */
export const EMBED_BATCH_SIZE = 64;

export interface EmbedSamplesInputs {
  readonly set: TrainingSet;
  readonly decoder: ImageDecoder;
  readonly samples: Uint32Array;
  readonly backbone: Backbone;
  /** Merged running statistics. */
  readonly statistics: Float32Array;
  readonly engine: Engine;
  /** Told before each batch. */
  readonly onBatch: () => void;
}

/**
 * Embeddings of training images, unmirrored and in eval mode, row-major. The next images are decoded meanwhile.
 *
 * @throws ArcFleetError `dataset_corrupt` naming the record.
 */
export async function embedSamples(inputs: EmbedSamplesInputs): Promise<Float32Array> {
  const { set, decoder, samples, backbone, engine, onBatch } = inputs;
  const { network } = backbone;
  const rows = new Float32Array(samples.length * network.embeddingSize);
  const [count, batchSize] = [samples.length, EMBED_BATCH_SIZE];
  const imageLength = set.height * set.width * 3;
  // One is decoded while the other one is embedded.
  const buffers = [0, 1].map(() => decoder.allocate(Math.min(batchSize, count) * imageLength));
  const load = async (start: number, end: number): Promise<Float32Array> => {
    const indices = samples.subarray(start, end);
    const pixels = buffers[(start / batchSize) % 2]!.subarray(0, indices.length * imageLength);
    await decoder.decodeSamples(set, { indices }, pixels, new Int32Array(indices.length));
    return pixels;
  };
  const statistics = statisticsTensors(network, inputs.statistics);
  try {
    const { parameters } = backbone;
    await embedAhead({ network, parameters, statistics, engine, size: set, count, batchSize, load, onBatch }, rows);
  } finally {
    tf.dispose(Object.values(statistics).flatMap(({ mean, variance }) => [mean, variance]));
  }
  return rows;
}
