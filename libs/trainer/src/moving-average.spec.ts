import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lossesOf, recordsOf } from './testing/run-ranks.js';
import { checkpointsOf, modelOf, onEachEngine, readAll, relativeDifference, type Stored } from './testing/training-scene.js';

/** Independent form in float64: after update `step` (from 1) the average moves by 1 - min(decay, (1 + step) / (10 + step)). */
function averageOf(start: Stored, models: readonly Stored[], decay: number): Stored {
  const result: Stored = new Map();
  for (const [name, first] of start) {
    const average = Float64Array.from(first);
    for (const [index, model] of models.entries()) {
      const share = Math.min(decay, (2 + index) / (11 + index));
      model.get(name)!.forEach((value, at) => (average[at] = share * average[at]! + (1 - share) * value));
    }
    result.set(name, Float32Array.from(average));
  }
  return result;
}

onEachEngine(({ config, newStorage, trainOk }) => {
  const emaDecay = 0.3;
  const withAverage = (more: object = {}) => config({ maxSteps: 6, model: { emaDecay }, ...more });

  it('is what is stored, equals the float64 recurrence, and leaves the training alone', async () => {
    const storageRoot = await newStorage();
    const plainConfig = config({ maxSteps: 6, verification: { everySteps: 1, targets: ['pairs'] }, model: { save: 'all' } });
    const plain = await trainOk(2, plainConfig, { storageRoot });
    const models = await Promise.all(
      recordsOf(plain[0], 'model.written').map(({ folder }) => readAll(join(storageRoot, folder, 'model.safetensors'))),
    );
    expect(models).toHaveLength(6);
    // A rate of (almost) nothing leaves the start values; running statistics start at 0 and 1.
    const still = await newStorage();
    const start = await modelOf(
      still,
      await trainOk(1, config({ maxSteps: 1, network: { name: 'tiny', embeddingSize: 16, frozen: true } }), {
        storageRoot: still,
      }),
    );

    const averaged = await newStorage();
    const outcomes = await trainOk(2, withAverage(), { storageRoot: averaged });
    expect(lossesOf(outcomes)).toEqual(lossesOf(plain));
    const stored = await modelOf(averaged, outcomes);
    // float32 against float64 over 6 steps; measured 1.2e-7.
    expect(relativeDifference(stored, averageOf(start, models, emaDecay))).toBeLessThan(1e-6);
    expect(relativeDifference(stored, models.at(-1)!)).toBeGreaterThan(1e-4);
  });

  it('is what is verified', async () => {
    const verification = { targets: ['pairs'] };
    const scoresOf = async (more: object) => {
      const outcomes = await trainOk(1, config({ maxSteps: 4, verification, ...more }));
      return recordsOf(outcomes[0], 'verification').at(-1)!.scores.xnorm;
    };
    expect(await scoresOf({ model: { emaDecay } })).not.toBe(await scoresOf({}));
  });

  it('goes on from a checkpoint with the same bits, also on other ranks', async () => {
    const whole = await newStorage();
    const expected = await modelOf(whole, await trainOk(2, withAverage(), { storageRoot: whole }));
    const storageRoot = await newStorage();
    const first = await trainOk(2, withAverage(), { storageRoot, stopAt: (_, step) => (step === 3 ? 'stop' : 'none') });
    const resumeFrom = checkpointsOf(first)[0]!;
    const same = await trainOk(2, withAverage(), { storageRoot, generation: 2, resumeFrom });
    expect(relativeDifference(await modelOf(storageRoot, same), expected)).toBe(0);
    const other = await trainOk(3, withAverage(), { storageRoot, generation: 3, resumeFrom });
    expect(relativeDifference(await modelOf(storageRoot, other), expected)).toBeLessThan(1e-3);
  });
});
