import { tf, vjp, type Vjp } from '#engine';
import type { NamedTensors } from '#losses';
import type { BatchStatistics } from '#model-zoo';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { BackboneGradients } from '../backbone.js';
import type { EmbeddingPass, PassInputs } from './pass.js';
import { imagesOf } from './images.js';
import { microBatches, type MicroBatch } from './micro-batches.js';

/** How long a rank may work on one micro-batch. */
const LEASE_MS = 120_000;

/**
 * Exact accumulation. First every micro-batch is embedded without a tape; then, once the gradient of the whole batch is known,
 * each is embedded again with one, from the same random keys, and pulled back. Batch norm sees the same groups both times, so the
 * sum of the gradients is that of one pass over the whole batch; what stays in memory is one micro-batch's tape and one sum.
 */
export class MicroBatchPass implements EmbeddingPass {
  private readonly pieces: MicroBatch[];
  /** Tensors by batch norm, one per micro-batch. */
  private readonly statistics = new Map<string, { means: Tensor2D[]; variances: Tensor2D[] }>();
  private merged: NamedTensors = {};

  constructor(private readonly inputs: PassInputs) {
    const { backbone, batch } = inputs;
    const { config } = backbone.options;
    this.pieces = microBatches(config.batch, config.ranks.max, batch.labels.length);
    for (const { name } of backbone.network.statistics) this.statistics.set(name, { means: [], variances: [] });
  }

  async embed(): Promise<Float32Array> {
    const { backbone, batch } = this.inputs;
    this.extendLease();
    const { embeddingSize } = backbone.network;
    const features = new Float32Array(batch.labels.length * embeddingSize);
    for (const piece of this.pieces) {
      const embedded = tf.tidy(() =>
        this.forward(piece, (name, { mean_GC, variance_GC }) => {
          const kept = this.statistics.get(name)!;
          kept.means.push(tf.keep(mean_GC));
          kept.variances.push(tf.keep(variance_GC));
        }),
      );
      try {
        const target = features.subarray(piece.start * embeddingSize, piece.end * embeddingSize);
        await backbone.options.engine.readInto(embedded, target);
      } finally {
        embedded.dispose();
      }
    }
    return features;
  }

  async pullback(dFeatures: Float32Array): Promise<BackboneGradients> {
    const { backbone, collective, step } = this.inputs;
    this.extendLease();
    const buckets = backbone.openBuckets(collective);
    const sums: NamedTensors = {};
    try {
      for (const piece of this.pieces) {
        const isLast = piece === this.pieces.at(-1);
        this.pullBackPiece(piece, dFeatures, (name, gradient) => {
          const sum = addTo(sums[name], gradient);
          if (isLast) {
            delete sums[name];
            buckets.add(name, sum);
          } else {
            sums[name] = sum;
          }
        });
      }
    } finally {
      tf.dispose(sums);
    }
    return { ...(await buckets.finish(step)), statistics: this.mergeStatistics() };
  }

  dispose(): void {
    for (const { means, variances } of this.statistics.values()) tf.dispose([means, variances]);
    tf.dispose(this.merged);
  }

  /** Peers hear nothing before all micro-batches are through. */
  private extendLease(): void {
    this.inputs.collective.extendLease(this.pieces.length * LEASE_MS, 'micro-batches');
  }

  private forward(piece: MicroBatch, onStatistics: (name: string, statistics: BatchStatistics) => void): Tensor2D {
    const { backbone, batch, step, firstSample } = this.inputs;
    const images = imagesOf(backbone, batch, piece.start, piece.end);
    return backbone.train(images, { step, firstSample: firstSample + piece.start }, onStatistics);
  }

  private pullBackPiece(piece: MicroBatch, dFeatures: Float32Array, onGradient: (name: string, gradient: Tensor) => void): void {
    const { backbone } = this.inputs;
    const { embeddingSize } = backbone.network;
    const recorded: Vjp = vjp(() => this.forward(piece, () => undefined), backbone.trainable());
    const rows = dFeatures.subarray(piece.start * embeddingSize, piece.end * embeddingSize);
    const dy = tf.tensor(rows, recorded.value.shape);
    try {
      recorded.pullback(dy, onGradient);
    } finally {
      dy.dispose();
      recorded.dispose();
    }
  }

  private mergeStatistics(): Map<string, BatchStatistics> {
    const result = new Map<string, BatchStatistics>();
    for (const [name, { means, variances }] of this.statistics) {
      const mean_GC = (this.merged[`${name}/mean`] = tf.concat(means, 0));
      const variance_GC = (this.merged[`${name}/variance`] = tf.concat(variances, 0));
      result.set(name, { mean_GC, variance_GC });
    }
    return result;
  }
}

/** The sum, which takes over both tensors. */
function addTo(sum: Tensor | undefined, gradient: Tensor): Tensor {
  if (sum === undefined) return gradient;
  const next = tf.add(sum, gradient);
  tf.dispose([sum, gradient]);
  return next;
}
