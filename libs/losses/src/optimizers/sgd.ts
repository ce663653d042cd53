import { ArcFleetError } from '#contracts';
import type { OptimizerConfig } from '#contracts';
import { sgdMomentumUpdate, tf } from '#engine';
import type { NamedTensors, Optimizer } from './optimizer.js';

/**
 * SGD with momentum and weight decay in MXNet's form: v <- momentum v - lr (g + weightDecay w); w <- w + v. The rate is inside
 * the velocity, which differs from the PyTorch form when the rate changes. Weight decay applies to every parameter.
 */
export class Sgd implements Optimizer {
  private velocity: NamedTensors = {};

  constructor(private readonly config: Pick<Extract<OptimizerConfig, { name: 'sgd' }>, 'momentum' | 'weightDecay'>) {}

  apply(parameters: NamedTensors, gradients: NamedTensors, learningRate: number): void {
    const { momentum, weightDecay } = this.config;
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      if (!parameter)
        throw new ArcFleetError('shape_mismatch', `There is a gradient for ${name}, but no such parameter`, { name });
      const velocity = this.velocity[name] ?? tf.zerosLike(parameter);
      // The op takes both over, so that an engine can update in place.
      const next = sgdMomentumUpdate(parameter, velocity, gradient, { lr: learningRate, momentum, weightDecay });
      this.velocity[name] = next.velocity;
      parameters[name] = next.param;
    }
  }

  state(): NamedTensors {
    return { ...this.velocity };
  }

  loadState(state: NamedTensors): void {
    this.dispose();
    this.velocity = { ...state };
  }

  dispose(): void {
    tf.dispose(Object.values(this.velocity));
    this.velocity = {};
  }
}
