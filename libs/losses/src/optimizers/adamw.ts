import type { OptimizerConfig } from '#contracts';
import { adamwUpdate } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { UpdateOptions } from './optimizer.js';
import { SlotOptimizer } from './slots.js';

/** AdamW; see {@link adamwUpdate}. Moments are corrected by the global step. Weight decay applies to every parameter. */
export class AdamW extends SlotOptimizer {
  readonly slots = ['moment1', 'moment2'];

  constructor(
    private readonly config: Pick<Extract<OptimizerConfig, { name: 'adamw' }>, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'>,
  ) {
    super();
  }

  protected update(parameter: Tensor, [moment1, moment2]: readonly Tensor[], gradient: Tensor, options: UpdateOptions) {
    const { beta1, beta2, epsilon, weightDecay } = this.config;
    const { learningRate: lr, step } = options;
    const next = adamwUpdate(parameter, moment1!, moment2!, gradient, { lr, beta1, beta2, epsilon, weightDecay, step });
    return { parameter: next.param, state: [next.moment1, next.moment2] };
  }
}
