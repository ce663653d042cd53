import { loadBatch, type TrainingSet } from '#datasets';
import { tf, type Engine } from '#engine';
import type { Backbone } from '../backbone.js';
import { statisticsTensors } from '../running-statistics.js';

/** Images that are embedded at once. */
export const EMBED_BATCH_SIZE = 64;

export interface EmbedSamplesInputs {
  readonly set: TrainingSet;
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
  const { set, samples, backbone, engine, onBatch } = inputs;
  const { network } = backbone;
  const rows = new Float32Array(samples.length * network.embeddingSize);
  const load = async (start: number): Promise<Float32Array> => {
    const indices = samples.subarray(start, start + EMBED_BATCH_SIZE);
    const pixels = new Float32Array(indices.length * set.height * set.width * 3);
    await loadBatch(set, { indices }, pixels, new Int32Array(indices.length));
    return pixels;
  };
  const statistics = statisticsTensors(network, inputs.statistics);
  try {
    let next = samples.length > 0 ? load(0) : null;
    for (let start = 0; next; start += EMBED_BATCH_SIZE) {
      onBatch();
      const pixels = await next;
      next = start + EMBED_BATCH_SIZE < samples.length ? load(start + EMBED_BATCH_SIZE) : null;
      // Asked for ahead; its failure is seen when it is awaited.
      next?.catch(() => undefined);
      const count = Math.min(EMBED_BATCH_SIZE, samples.length - start);
      const embedded = tf.tidy(() =>
        network.embed(backbone.parameters, statistics, tf.tensor4d(pixels, [count, set.height, set.width, 3])),
      );
      try {
        const at = start * network.embeddingSize;
        await engine.readInto(embedded, rows.subarray(at, at + count * network.embeddingSize));
      } finally {
        embedded.dispose();
      }
    }
  } finally {
    tf.dispose(Object.values(statistics).flatMap(({ mean, variance }) => [mean, variance]));
  }
  return rows;
}
