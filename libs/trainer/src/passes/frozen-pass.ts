import { ArcFleetError } from '#contracts';
import { tf } from '#engine';
import type { BackboneGradients } from '../backbone.js';
import type { EmbeddingPass, PassInputs } from './pass.js';
import { imagesOf } from './images.js';
import { microBatches } from './micro-batches.js';

/** Embeds in eval mode, without a tape: the backbone stays what it is. */
export class FrozenPass implements EmbeddingPass {
  constructor(private readonly inputs: PassInputs) {}

  async embed(): Promise<Float32Array> {
    const { backbone, batch } = this.inputs;
    const { network, parameters, options } = backbone;
    const { embeddingSize } = network;
    const statistics = await backbone.frozenStatistics();
    const features = new Float32Array(batch.labels.length * embeddingSize);
    for (const { start, end } of microBatches(options.config.batch, options.config.ranks.max, batch.labels.length)) {
      const embedded = tf.tidy(() => network.embed(parameters, statistics, imagesOf(backbone, batch, start, end)));
      try {
        await options.engine.readInto(embedded, features.subarray(start * embeddingSize, end * embeddingSize));
      } finally {
        embedded.dispose();
      }
    }
    return features;
  }

  pullback(): Promise<BackboneGradients> {
    return Promise.reject(new ArcFleetError('internal', 'A frozen backbone has no gradient'));
  }

  dispose(): void {
    // Nothing is kept between the verbs.
  }
}
