import type { OptimizerConfig } from '#contracts';
import { adamwUpdate, tf } from '#engine';
import type { HeadOptimizer } from './head-optimizer.js';

/** AdamW; see {@link adamwUpdate}. The step is the run's global one: a resumed run corrects its moments as if never stopped. */
export function headAdamW(config: Extract<OptimizerConfig, { name: 'adamw' }>): HeadOptimizer {
  const { beta1, beta2, epsilon, weightDecay } = config;
  return {
    stateNames: ['moment1', 'moment2'],
    rightFactor: () => 1,
    apply(parameter, [moment1, moment2], { left_RB, right, radial_R1, radialFactor }, { learningRate: lr, step }) {
      const product = tf.matMul(left_RB, right);
      const gradient = radial_R1 ? tf.sub(product, tf.mul(parameter, tf.mul(radial_R1, radialFactor))) : product;
      // Clones, since the op takes its tensors over.
      const next = adamwUpdate(parameter.clone(), moment1!.clone(), moment2!.clone(), gradient, {
        lr,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        step,
      });
      return [next.param, next.moment1, next.moment2];
    },
  };
}
