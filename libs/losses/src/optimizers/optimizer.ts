import type { Tensor } from '@tensorflow/tfjs-core';

/** Parameters or gradients by name. */
export type NamedTensors = Record<string, Tensor>;

/** State tensors by slot (`velocity`, or `moment1` and `moment2`), then by parameter name. */
export type OptimizerState = Readonly<Record<string, NamedTensors>>;

export interface UpdateOptions {
  readonly learningRate: number;
  /** Global number of this update, from 1. */
  readonly step: number;
}

/** Updates named tensors; owns one state tensor per name and slot. */
export interface Optimizer {
  /** Names of its slots. */
  readonly slots: readonly string[];
  /**
   * Replaces every entry of `parameters` that has a gradient by its updated tensor and disposes of the old one. Gradients stay
   * the caller's.
   */
  apply(parameters: NamedTensors, gradients: NamedTensors, options: UpdateOptions): void;
  /** State for a checkpoint; stays the optimizer's. A parameter that was never updated has none. */
  state(): OptimizerState;
  /** Takes over the given tensors as its state; needs all slots. */
  loadState(state: OptimizerState): void;
  dispose(): void;
}
