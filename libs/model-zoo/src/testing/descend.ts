import { tf, vjp } from '#engine';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Network } from '../network.js';
import { initialValues } from '../parameters.js';
import { filledImages, IMAGES } from './filled-values.js';

/**
 * Losses of `steps` steps of plain descent from the network's own start values, on the filled images and their negatives, one
 * group of batch norm. (With two images there would be nothing to learn: the last batch norm turns any two values into +1 and
 * -1. With three a step of these networks is mostly noise.)
 */
export function descend(network: Network, steps: number, learningRate: number): number[] {
  const specs = network.parameters.filter((spec) => spec.isTrainable);
  const parameters = Object.fromEntries(
    network.parameters.map((spec) => [spec.name, tf.tensor(initialValues(spec, 1), [...spec.shape])]),
  );
  const x = tf.tidy(() => {
    const images = filledImages(network.height);
    return tf.concat([images, tf.sub(255, images)]) as Tensor4D;
  });
  const losses = Array.from({ length: steps }, () => {
    const recorded = vjp(
      // Always the same mask, so that the loss is the same function at each step.
      () => network.train(parameters, x, { bnGroupSize: 2 * IMAGES, dropoutKey: { seed: 1, step: 0, firstSample: 0 } }),
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

/** Half the mean squared distance of the embeddings to targets that part the images and their negatives, all values +1 or -1. */
function towards(embeddings: Tensor2D): { loss: number; dy: Tensor2D } {
  return tf.tidy(() => {
    const targets = tf.tensor2d([...new Array<number>(IMAGES).fill(1), ...new Array<number>(IMAGES).fill(-1)], [2 * IMAGES, 1]);
    const difference = tf.sub(embeddings, targets);
    const dy = tf.keep(tf.div(difference, embeddings.size)) as Tensor2D;
    return { loss: tf.mean(tf.square(difference)).dataSync()[0]! / 2, dy };
  });
}
