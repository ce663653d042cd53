import type { OptimizerConfig } from '#contracts';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadOptimizer } from './head-optimizer.js';

/**
 * AdamW (Loshchilov and Hutter, 2019, algorithm 2, the decay scaled by the rate as PyTorch has it):
 * m1 <- beta1 m1 + (1 - beta1) g; m2 <- beta2 m2 + (1 - beta2) g^2; w <- (1 - lr weightDecay) w - lr m1^ / (sqrt(m2^) + epsilon)
 * with m^ = m / (1 - beta^step). The step is the run's global one, so a resumed run corrects its moments as if never stopped.
 */
export function headAdamW(config: Extract<OptimizerConfig, { name: 'adamw' }>): HeadOptimizer {
  const { beta1, beta2, epsilon, weightDecay } = config;
  return {
    stateNames: ['moment1', 'moment2'],
    rightFactor: () => 1,
    apply(parameter, [moment1, moment2], { left_RB, right, radial_R1, radialFactor }, { learningRate, step }) {
      const product = tf.matMul(left_RB, right);
      const gradient = radial_R1 ? tf.sub(product, tf.mul(parameter, tf.mul(radial_R1, radialFactor))) : product;
      const next1 = tf.add(tf.mul(moment1!, beta1), tf.mul(gradient, 1 - beta1)) as Tensor2D;
      const next2 = tf.add(tf.mul(moment2!, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as Tensor2D;
      const denominator = tf.add(tf.mul(tf.sqrt(next2), 1 / Math.sqrt(1 - beta2 ** step)), epsilon);
      const move = tf.div(tf.mul(next1, learningRate / (1 - beta1 ** step)), denominator);
      return [tf.sub(tf.mul(parameter, 1 - learningRate * weightDecay), move) as Tensor2D, next1, next2];
    },
  };
}
