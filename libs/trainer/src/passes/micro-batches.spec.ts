import { describe, expect, it } from 'vitest';
import { tf } from '#engine';
import { lossesOf } from '../testing/run-ranks.js';
import { lossDifference, modelOf, onEachEngine, relativeDifference } from '../testing/training-scene.js';
import { microBatches } from './micro-batches.js';

describe('microBatches', () => {
  const batch = { globalBatchSize: 48, accumulationSteps: 2, bnGroupSize: 4 };

  it('have the size that they have at the largest number of ranks; the last may be smaller', () => {
    expect(microBatches(batch, 3, 16)).toEqual([
      { start: 0, end: 8 },
      { start: 8, end: 16 },
    ]);
    expect(microBatches(batch, 4, 16)).toHaveLength(3);
    expect(microBatches(batch, 4, 16).at(-1)).toEqual({ start: 12, end: 16 });
  });

  it('are one whole batch without accumulation, at any number of ranks', () => {
    expect(microBatches({ ...batch, accumulationSteps: 1 }, 3, 48)).toEqual([{ start: 0, end: 48 }]);
  });
});

/** Largest number of bytes that tensors have while `run` goes on, beyond those before it. */
async function peakBytes(run: () => Promise<unknown>): Promise<number> {
  const { state } = tf.engine() as unknown as { state: { numBytes: number } };
  const before = state.numBytes;
  let [current, peak] = [before, before];
  Object.defineProperty(state, 'numBytes', {
    configurable: true,
    get: () => current,
    set: (value: number) => (peak = Math.max(peak, (current = value))),
  });
  try {
    await run();
  } finally {
    Object.defineProperty(state, 'numBytes', { configurable: true, writable: true, value: current });
  }
  return peak - before;
}

onEachEngine(({ config, newStorage, trainOk }) => {
  // Groups of 8: over fewer samples batch norm divides by so little that rounding grows from step to step.
  const batchOf = (accumulationSteps: number, globalBatchSize = 48) => ({ globalBatchSize, accumulationSteps, bnGroupSize: 8 });

  it('accumulation gives losses and weights of whole batches, with batch norm and dropout, on 1 and 2 ranks', async () => {
    const network = { name: 'tiny', embeddingSize: 16, output: 'E', dropout: 0.4 } as const;
    const train = async (worldSize: number, accumulationSteps: number) => {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(worldSize, config({ maxSteps: 8, network, batch: batchOf(accumulationSteps) }), {
        storageRoot,
      });
      return { losses: lossesOf(outcomes), model: await modelOf(storageRoot, outcomes) };
    };
    const whole = await train(1, 1);
    expect(whole.losses.at(-1)! / whole.losses[0]!).toBeLessThan(0.95);
    for (const [worldSize, accumulationSteps] of [
      [1, 6],
      [2, 3],
    ] as const) {
      const cut = await train(worldSize, accumulationSteps);
      // Gradients are summed in another order: float32 rounding, measured 8e-7 for losses and 3e-6 for weights after 8 steps.
      expect(lossDifference(cut.losses, whole.losses)).toBeLessThan(1e-5);
      expect(relativeDifference(cut.model, whole.model)).toBeLessThan(3e-5);
    }
  });

  it('running statistics move once per step, by all groups', async () => {
    const train = async (accumulationSteps: number) => {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(1, config({ maxSteps: 1, batch: batchOf(accumulationSteps) }), { storageRoot });
      const model = await modelOf(storageRoot, outcomes);
      return new Map([...model].filter(([name]) => name.includes('moving')));
    };
    // The first forward pass sees the same weights and the same groups, so only the kernel's own blocking can round differently.
    expect(relativeDifference(await train(3), await train(1))).toBeLessThan(1e-5);
  });

  it('memory stays that of one micro-batch, however many there are', async () => {
    const peakOf = (accumulationSteps: number, globalBatchSize: number) =>
      peakBytes(() => trainOk(1, config({ maxSteps: 2, batch: batchOf(accumulationSteps, globalBatchSize) })));
    const growth = (await peakOf(10, 80)) - (await peakOf(2, 16));
    const growthOfWhole = (await peakOf(1, 80)) - (await peakOf(1, 16));
    // What grows with the batch beside the tape: its embeddings (16 values a sample) and the statistics of its groups.
    expect(growthOfWhole).toBeGreaterThan(1e6);
    expect(growth / growthOfWhole).toBeLessThan(0.05);
  });
});
