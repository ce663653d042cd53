import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** How a parameter starts. `normal` draws are counter-based (see parameters.ts). */
export type Initializer =
  { readonly kind: 'normal'; readonly std: number } | { readonly kind: 'constant'; readonly value: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** False: stays at its initial value (the fixed gamma of the last batch norm); it is stored, not updated. */
  readonly isTrainable: boolean;
}

/** One batch norm's running mean and variance, `channels` values each; the name is the batch norm's. */
export interface StatisticSpec {
  readonly name: string;
  readonly channels: number;
}

/** What flows between layers: B x height x width x channels. A flat embedding has height = width = 1 and rank 2. */
export interface FeatureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface BatchStatistics {
  /** G x C: one row per group of consecutive samples. */
  readonly mean_GC: Tensor2D;
  /** G x C, biased (divided by the count). */
  readonly variance_GC: Tensor2D;
}

export interface ForwardContext {
  readonly mode: 'train' | 'eval';
  /** Samples that a training-mode batch norm normalises over. */
  readonly bnGroupSize: number;
  parameter(name: string): Tensor;
  /** Running statistics, read in eval mode only. */
  statistic(name: string): { mean: Tensor1D; variance: Tensor1D };
  /** Told once per batch norm and forward pass, in train mode only. */
  onBatchStatistics(name: string, statistics: BatchStatistics): void;
}

export interface Layer {
  readonly output: FeatureShape;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  forward(x: Tensor, context: ForwardContext): Tensor;
}

/** A layer that learns its input's shape when the network is built. */
export type LayerFactory = (input: FeatureShape) => Layer;
