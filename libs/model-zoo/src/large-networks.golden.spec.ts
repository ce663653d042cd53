import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, tf, vjp } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { createNetwork } from './network.js';
import { initialValues } from './parameters.js';
import { expectSameEvaluation, expectSameTraining } from './testing/compare-with-fixture.js';
import { filledImages } from './testing/filled-values.js';
import { readFixtures } from './testing/fixture.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

const isLarge = (name: string) => /^r(?!.*-small$)/.test(name);

describe.each(engines)('large networks on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 2, folder });
  });

  for (const original of ['mxnet', 'pytorch'] as const) {
    for (const [name, fixture] of readFixtures(original)) {
      if (!isLarge(name)) continue;
      it(`${name} gives ${original}'s embeddings in eval mode (1e-3)`, () => expectSameEvaluation(original, fixture, 1e-3));
      if (!fixture.training) continue;
      it(`${name} gives ${original}'s embeddings (1e-3) and gradients (5e-2, their norms 1e-2) in train mode`, () =>
        expectSameTraining(original, fixture));
    }
  }

  // Three images: the last batch norm turns any two values into +1 and -1, and has no gradient then.
  it('r50 takes five steps of plain descent, and the loss falls at each', () => {
    const network = createNetwork({ name: 'r50', embeddingSize: 512, height: 112, width: 112 });
    const specs = network.parameters.filter((spec) => spec.isTrainable);
    const before = tf.memory().numTensors;
    const parameters = Object.fromEntries(
      network.parameters.map((spec) => [spec.name, tf.tensor(initialValues(spec, 1), [...spec.shape])]),
    );
    const x = filledImages(112);
    const losses = Array.from({ length: 5 }, (_, step) => {
      const recorded = vjp(
        // Always the same mask, so that the loss is the same function at each step.
        () => network.train(parameters, x, { bnGroupSize: 3, dropoutKey: { seed: 1, step: 0, firstSample: 0 } }),
        Object.fromEntries(specs.map(({ name }) => [name, parameters[name]!])),
      );
      const { loss, dy } = towards(recorded.value as Tensor2D);
      const gradients = recorded.pullback(dy);
      for (const { name } of specs) {
        const old = parameters[name]!;
        parameters[name] = tf.tidy(() => tf.sub(old, tf.mul(gradients[name]!, 0.02)));
        tf.dispose([old, gradients[name]!]);
      }
      recorded.dispose();
      dy.dispose();
      expect(Number.isFinite(loss), `step ${step}`).toBe(true);
      return loss;
    });
    console.info(`r50 on ${engine}: losses ${losses.map((loss) => loss.toPrecision(6)).join(' ')}`);
    for (let step = 1; step < losses.length; step++) expect(losses[step]!).toBeLessThan(losses[step - 1]!);
    tf.dispose([parameters, x] as never);
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Half the mean squared distance of the embeddings to targets that put the third image opposite the other two. */
function towards(embeddings: Tensor2D): { loss: number; dy: Tensor2D } {
  return tf.tidy(() => {
    const difference = tf.sub(embeddings, tf.tensor2d([Math.SQRT1_2, Math.SQRT1_2, -Math.SQRT2], [3, 1]));
    const dy = tf.keep(tf.div(difference, embeddings.size)) as Tensor2D;
    return { loss: tf.mean(tf.square(difference)).dataSync()[0]! / 2, dy };
  });
}
