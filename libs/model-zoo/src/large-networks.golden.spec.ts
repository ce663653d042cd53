import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, tf } from '#engine';
import { createNetwork } from './network.js';
import { expectSameEvaluation, expectSameTraining } from './testing/compare-with-fixture.js';
import { descend } from './testing/descend.js';
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

  it('r50 takes five steps of plain descent, and the loss falls at each', () => {
    const network = createNetwork({ name: 'r50', embeddingSize: 512, height: 112, width: 112 });
    const before = tf.memory().numTensors;
    const losses = descend(network, 5, 0.02);
    console.info(`r50 on ${engine}: losses ${losses.map((loss) => loss.toPrecision(6)).join(' ')}`);
    expect(losses.every(Number.isFinite)).toBe(true);
    for (let step = 1; step < losses.length; step++) expect(losses[step]!).toBeLessThan(losses[step - 1]!);
    expect(tf.memory().numTensors).toBe(before);
  });
});
