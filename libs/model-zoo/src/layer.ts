import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { FeatureShape } from './feature-shape.js';
import type { GraphBuilder } from './graph.js';

export type { FeatureShape } from './feature-shape.js';

/** How a parameter starts. Draws are counter-based (see parameters.ts); `uniform` is over [-bound, bound). */
export type Initializer =
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'constant'; readonly value: number };

/** What a weight means, for those who store the same weight in another order (weight-layouts.ts). */
export type WeightLayout =
  /** kernel x kernel x inputs (of one group) x outputs. */
  | { readonly kind: 'convolution' }
  /** kernel x kernel x channels x 1. */
  | { readonly kind: 'depthwise' }
  /** inputs x outputs; the inputs were a feature map of that shape before it was flattened. */
  | { readonly kind: 'dense'; readonly input: FeatureShape };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** False: stays at its initial value (the fixed gamma of the last batch norm); it is stored, not updated. */
  readonly isTrainable: boolean;
  /** Absent for vectors: there is but one order. */
  readonly layout?: WeightLayout;
}

/** One batch norm's running mean and variance, `channels` values each; the name is the batch norm's. */
export interface StatisticSpec {
  readonly name: string;
  readonly channels: number;
  /** What it normalises. */
  readonly input: FeatureShape;
}

export interface BatchStatistics {
  /** G x C: one row per group of consecutive samples. */
  readonly mean_GC: Tensor2D;
  /** G x C, biased (divided by the count). */
  readonly variance_GC: Tensor2D;
}

/**
 * What dropout draws its masks by: with the same key a sample gets the same mask at any number of ranks, in any micro-batch and
 * each time that the pass is repeated.
 */
export interface DropoutKey {
  readonly seed: number;
  /** The run's step, below 2^30. */
  readonly step: number;
  /** Place of the pass' first sample in the global batch; the others follow it. Below 2^22 with its followers. */
  readonly firstSample: number;
}

export interface ForwardContext {
  readonly mode: 'train' | 'eval';
  /** Samples that a training-mode batch norm normalises over. */
  readonly bnGroupSize: number;
  /** Read in train mode by networks with dropout only. */
  readonly dropoutKey: DropoutKey | null;
  parameter(name: string): Tensor;
  /** Running statistics, read in eval mode only. */
  statistic(name: string): { mean: Tensor1D; variance: Tensor1D };
  /** Told once per batch norm and forward pass, in train mode only. Outside a recording the tensors live for the call only: keep them there. */
  onBatchStatistics(name: string, statistics: BatchStatistics): void;
}

export interface Layer {
  readonly output: FeatureShape;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  /**
   * Operations for one image, forward, as InsightFace counts them: multiplications and additions of convolutions and dense
   * layers; all else counts nothing (insightface.md 4.5).
   */
  readonly flops: number;
  forward(x: Tensor, context: ForwardContext): Tensor;
  /** Adds the layer's nodes behind the node `input`, and returns the name of the last one: the same computation, for exporters. */
  draw(graph: GraphBuilder, input: string): string;
}

/** A layer that learns its input's shape when the network is built. */
export type LayerFactory = (input: FeatureShape) => Layer;
