import type { OptimizerConfig } from '#contracts';
import { sgdMomentumUpdate } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { UpdateOptions } from './optimizer.js';
import { SlotOptimizer } from './slots.js';

/**
 * SGD with momentum and weight decay in MXNet's form: v <- momentum v - lr (g + weightDecay w); w <- w + v. The rate is inside
 * the velocity, which differs from the PyTorch form when the rate changes. Weight decay applies to every parameter.
 */
export class Sgd extends SlotOptimizer {
  readonly slots = ['velocity'];

  constructor(private readonly config: Pick<Extract<OptimizerConfig, { name: 'sgd' }>, 'momentum' | 'weightDecay'>) {
    super();
  }

  protected update(parameter: Tensor, [velocity]: readonly Tensor[], gradient: Tensor, { learningRate: lr }: UpdateOptions) {
    const { momentum, weightDecay } = this.config;
    // The op takes both over, so that an engine can update in place.
    const next = sgdMomentumUpdate(parameter, velocity!, gradient, { lr, momentum, weightDecay });
    return { parameter: next.param, state: [next.velocity] };
  }
}
