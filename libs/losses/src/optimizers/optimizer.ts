import type { Tensor } from '@tensorflow/tfjs-core';

/** Parameters or gradients by name. */
export type NamedTensors = Record<string, Tensor>;

/** Updates named tensors; owns one state tensor per name and slot. */
export interface Optimizer {
  /**
   * Replaces every entry of `parameters` that has a gradient by its updated tensor and disposes of the old one. Gradients stay
   * the caller's.
   */
  apply(parameters: NamedTensors, gradients: NamedTensors, learningRate: number): void;
  /** State for a checkpoint, by parameter name (`velocity`); stays the optimizer's. */
  state(): NamedTensors;
  /** Takes over the given tensors as its state. */
  loadState(state: NamedTensors): void;
  dispose(): void;
}
