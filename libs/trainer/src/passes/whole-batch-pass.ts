import { tf, vjp, type Vjp } from '#engine';
import type { NamedTensors } from '#losses';
import type { BatchStatistics } from '#model-zoo';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BackboneGradients } from '../backbone.js';
import type { EmbeddingPass, PassInputs } from './pass.js';
import { imagesOf } from './images.js';

/** One forward pass with a tape, one backward pass. */
export class WholeBatchPass implements EmbeddingPass {
  private images_BHWC: Tensor4D | null = null;
  private recorded: Vjp<NamedTensors> | null = null;

  constructor(private readonly inputs: PassInputs) {}

  async embed(): Promise<Float32Array> {
    const { backbone, batch, step, firstSample } = this.inputs;
    const images = (this.images_BHWC = imagesOf(backbone, batch, 0, batch.labels.length));
    this.recorded = vjp<NamedTensors>(() => {
      const aux: NamedTensors = {};
      const value = backbone.train(images, { step, firstSample }, (name, { mean_GC, variance_GC }) => {
        aux[`${name}/mean`] = mean_GC;
        aux[`${name}/variance`] = variance_GC;
      });
      return { value, aux };
    }, backbone.trainable());
    const features = new Float32Array(this.recorded.value.size);
    await backbone.options.engine.readInto(this.recorded.value, features);
    return features;
  }

  async pullback(dFeatures: Float32Array): Promise<BackboneGradients> {
    const { backbone, collective, step } = this.inputs;
    const { value, aux, pullback } = this.recorded!;
    const buckets = backbone.openBuckets(collective);
    const dy = tf.tensor(dFeatures, value.shape);
    try {
      pullback(dy, (name, gradient) => buckets.add(name, gradient));
    } finally {
      dy.dispose();
    }
    const summed = await buckets.finish(step);
    const statistics = new Map<string, BatchStatistics>();
    for (const { name } of backbone.network.statistics) {
      statistics.set(name, {
        mean_GC: aux[`${name}/mean`] as Tensor2D,
        variance_GC: aux[`${name}/variance`] as Tensor2D,
      });
    }
    return { ...summed, statistics };
  }

  dispose(): void {
    this.recorded?.dispose();
    this.images_BHWC?.dispose();
  }
}
