import { expect, it } from 'vitest';
import { onEachEngine } from './testing/training-scene.js';

onEachEngine(({ config, train }) => {
  it('a network that overflows when it is verified ends the run, and says at which step and on which set', async () => {
    // One update this large leaves finite gradients behind and weights that no embedding survives.
    const outcomes = await train(
      2,
      config({
        maxSteps: 1,
        optimizer: { learningRate: 100, weightDecay: 0 },
        loss: { scale: 1e6 },
        verification: { targets: ['pairs'] },
      }),
    );
    expect(outcomes[0]!.error).toMatchObject({
      code: 'non_finite',
      message: expect.stringMatching(/^Step 1, verification set pairs: .*running statistics/) as unknown,
      details: { step: 1, target: 'pairs' },
    });
  });
});
