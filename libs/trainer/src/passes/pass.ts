import type { Collective } from '#collective';
import type { Backbone, BackboneGradients } from '../backbone.js';
import type { Batch } from '../data/batch-source.js';

/** The backbone's part of one step on one rank. Its verbs are called in this order, each at most once. */
export interface EmbeddingPass {
  /** Embeddings of the local batch, b x D, row-major. */
  embed(): Promise<Float32Array>;
  /**
   * Pulls the embeddings' gradient (b x D) back to the parameters and sums over ranks while doing so: the same result on all.
   * Its statistics stay the pass's.
   *
   * @throws ArcFleetError `non_finite` on all ranks, naming who started it; what the collective throws.
   */
  pullback(dFeatures: Float32Array): Promise<BackboneGradients>;
  dispose(): void;
}

export interface PassInputs {
  readonly backbone: Backbone;
  readonly collective: Collective;
  readonly batch: Batch;
  /** Number of this update, from 1. */
  readonly step: number;
  /** Position of the batch's first sample in the global batch. */
  readonly firstSample: number;
}
