import { ArcFleetError } from '#contracts';
import { tf } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NamedTensors, Optimizer, OptimizerState, UpdateOptions } from './optimizer.js';

/** Keeps the slots of an optimizer, which start at zero, and walks over its parameters; the subclass updates one of them. */
export abstract class SlotOptimizer implements Optimizer {
  abstract readonly slots: readonly string[];
  private held: Record<string, NamedTensors> = {};

  /** Takes over `parameter` and its state (in the order of `slots`) and returns both anew. The gradient stays the caller's. */
  protected abstract update(
    parameter: Tensor,
    state: readonly Tensor[],
    gradient: Tensor,
    options: UpdateOptions,
  ): { parameter: Tensor; state: readonly Tensor[] };

  apply(parameters: NamedTensors, gradients: NamedTensors, options: UpdateOptions): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      if (!parameter)
        throw new ArcFleetError('shape_mismatch', `There is a gradient for ${name}, but no such parameter`, { name });
      const state = this.slots.map((slot) => this.held[slot]?.[name] ?? tf.zerosLike(parameter));
      const next = this.update(parameter, state, gradient, options);
      parameters[name] = next.parameter;
      for (const [index, slot] of this.slots.entries()) (this.held[slot] ??= {})[name] = next.state[index]!;
    }
  }

  state(): OptimizerState {
    return Object.fromEntries(this.slots.map((slot) => [slot, { ...this.held[slot] }]));
  }

  loadState(state: OptimizerState): void {
    this.dispose();
    this.held = Object.fromEntries(this.slots.map((slot) => [slot, { ...state[slot] }]));
  }

  dispose(): void {
    for (const tensors of Object.values(this.held)) tf.dispose(Object.values(tensors));
    this.held = {};
  }
}
