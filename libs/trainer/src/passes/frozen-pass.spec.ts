import { expect, it } from 'vitest';
import { lossesOf } from '../testing/run-ranks.js';
import { checkpointsOf, lossDifference, modelOf, onEachEngine, relativeDifference } from '../testing/training-scene.js';

onEachEngine(({ config, newStorage, trainOk }) => {
  const frozen = (more: object = {}) =>
    config({
      network: { name: 'tiny', embeddingSize: 16, frozen: true },
      // The head alone: what moves is W.
      optimizer: { learningRate: 0.5 },
      maxSteps: 8,
      ...more,
    });

  it('trains the head alone: the backbone keeps its bits, on any number of ranks and in micro-batches', async () => {
    const runs = [];
    for (const [worldSize, accumulationSteps] of [
      [1, 1],
      [3, 1],
      [1, 2],
    ] as const) {
      const storageRoot = await newStorage();
      const batch = { globalBatchSize: 24, bnGroupSize: 4, accumulationSteps };
      const outcomes = await trainOk(worldSize, frozen({ batch }), { storageRoot });
      runs.push({ losses: lossesOf(outcomes), model: await modelOf(storageRoot, outcomes) });
    }
    const storageRoot = await newStorage();
    const short = await modelOf(storageRoot, await trainOk(1, frozen({ maxSteps: 1 }), { storageRoot }));
    const [one, ...others] = runs;
    expect(one!.losses.at(-1)! / one!.losses[0]!).toBeLessThan(0.9);
    expect(relativeDifference(one!.model, short)).toBe(0);
    for (const { losses, model } of others) {
      // The head's sums in another order; measured 1e-7.
      expect(lossDifference(losses, one!.losses)).toBeLessThan(1e-5);
      expect(relativeDifference(model, one!.model)).toBe(0);
    }
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const storageRoot = await newStorage();
    const whole = await trainOk(2, frozen());
    const first = await trainOk(2, frozen(), { storageRoot, stopAt: (_, step) => (step === 3 ? 'stop' : 'none') });
    const second = await trainOk(2, frozen(), { storageRoot, generation: 2, resumeFrom: checkpointsOf(first)[0]! });
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole));
  });
});
