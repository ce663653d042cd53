import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Gradient of a chunk's parameter (R rows), as the two small factors that make it and not as the product:
 * `left_RB x right / rightFactor - radial_R1 * radialFactor * parameter`.
 */
export interface FactoredGradient {
  readonly left_RB: Tensor2D;
  /** B x columns, times the optimizer's {@link HeadOptimizer.rightFactor}: made once a step, for all chunks. */
  readonly right: Tensor2D;
  /** The part along the parameter itself that the normalisation of W takes away; null without normalisation. */
  readonly radial_R1: Tensor2D | null;
  readonly radialFactor: number;
}

export interface HeadUpdate {
  readonly learningRate: number;
  /** Number of this update, from 1. */
  readonly step: number;
}

/** How a head's rows follow their gradient, chunk by chunk; keeps nothing itself. */
export interface HeadOptimizer {
  /** What it keeps beside each parameter, in the order in which {@link apply} takes and returns it. Starts at zero. */
  readonly stateNames: readonly string[];
  /** Factor that is put on the right side of every gradient of a step: there it costs least. */
  rightFactor(learningRate: number): number;
  /** New tensors for parameter and state; the given ones stay the caller's. Called inside a `tidy`. */
  apply(
    parameter: Tensor2D,
    state: readonly Tensor2D[],
    gradient: FactoredGradient,
    update: HeadUpdate,
  ): [Tensor2D, ...Tensor2D[]];
}
