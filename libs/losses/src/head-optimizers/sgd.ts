import type { OptimizerConfig } from '#contracts';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadOptimizer } from './head-optimizer.js';

/**
 * SGD with momentum in MXNet's form: v <- momentum v - lr (g + weightDecay w); w <- w + v. The rate rides on the features, so
 * that the product is the descent itself.
 */
export function headSgd({ momentum, weightDecay }: Extract<OptimizerConfig, { name: 'sgd' }>): HeadOptimizer {
  return {
    stateNames: ['velocity'],
    rightFactor: (learningRate) => -learningRate,
    apply(parameter, [velocity], { left_RB, right, radial_R1, radialFactor }, { learningRate }) {
      const decay = learningRate * weightDecay;
      const pull = radial_R1 ? tf.sub(tf.mul(radial_R1, learningRate * radialFactor), decay) : -decay;
      const next = tf.addN([tf.mul(velocity!, momentum), tf.matMul(left_RB, right), tf.mul(parameter, pull)]) as Tensor2D;
      return [tf.add(parameter, next) as Tensor2D, next];
    },
  };
}
