import { tf, vjp } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Network } from '../network.js';
import { initialValues } from '../parameters.js';
import { filledImages, IMAGES } from './filled-values.js';

/**
 * Losses of `steps` steps of SGD from the network's own start values on three images, one group of batch norm. Two would not do:
 * the last batch norm turns any two values into +1 and -1, and has no gradient then.
 */
export function descend(network: Network, steps: number, learningRate: number): number[] {
  const specs = network.parameters.filter((spec) => spec.isTrainable);
  const parameters = Object.fromEntries(
    network.parameters.map((spec) => [spec.name, tf.tensor(initialValues(spec, 1), [...spec.shape])]),
  );
  const x = filledImages(network.height);
  const losses = Array.from({ length: steps }, () => {
    const recorded = vjp(
      // Always the same mask, so that the loss is the same function at each step.
      () => network.train(parameters, x, { bnGroupSize: IMAGES, dropoutKey: { seed: 1, step: 0, firstSample: 0 } }),
      Object.fromEntries(specs.map(({ name }) => [name, parameters[name]!])),
    );
    const { loss, dy } = towards(recorded.value as Tensor2D);
    const gradients = recorded.pullback(dy);
    for (const { name } of specs) {
      const old = parameters[name]!;
      parameters[name] = tf.tidy(() => tf.sub(old, tf.mul(gradients[name]!, learningRate)));
      tf.dispose([old, gradients[name]!]);
    }
    recorded.dispose();
    dy.dispose();
    return loss;
  });
  tf.dispose([parameters, x] as never);
  return losses;
}

/** Half the mean squared distance of the embeddings to targets that put the third image opposite the other two. */
function towards(embeddings: Tensor2D): { loss: number; dy: Tensor2D } {
  return tf.tidy(() => {
    const difference = tf.sub(embeddings, tf.tensor2d([Math.SQRT1_2, Math.SQRT1_2, -Math.SQRT2], [3, 1]));
    const dy = tf.keep(tf.div(difference, embeddings.size)) as Tensor2D;
    return { loss: tf.mean(tf.square(difference)).dataSync()[0]! / 2, dy };
  });
}
