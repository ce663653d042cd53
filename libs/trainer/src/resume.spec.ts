import { join } from 'node:path';
import { expect, it } from 'vitest';
import { uniformAt, type RunConfigInput } from '#contracts';
import { SafetensorsReader } from './checkpoint/safetensors.js';
import { lossesOf } from './testing/run-ranks.js';
import { tinyFaces } from './testing/tiny-faces.js';
import {
  checkpointsOf,
  lossDifference,
  modelOf,
  NUM_CLASSES,
  onEachEngine,
  relativeDifference,
  resultsOf,
  SIZE,
  type Stored,
} from './testing/training-scene.js';

const statisticsOf = (model: Stored): Stored => new Map([...model].filter(([name]) => name.includes('_moving_')));

onEachEngine(({ config, newStorage, trainOk }) => {
  it('a checkpoint of 3 ranks and 12 groups gives 1, 2 and 4 ranks the same next 20 losses', async () => {
    // Groups of 8: over fewer samples batch norm divides by so little that rounding grows from step to step.
    const plan = config({ maxSteps: 22, batch: { globalBatchSize: 96, bnGroupSize: 8 }, ranks: { min: 1, max: 4 } });
    const trainingSet = tinyFaces({ numClasses: NUM_CLASSES, imagesPerClass: 30, size: SIZE });
    const storageRoot = await newStorage();
    const first = await trainOk(3, plan, { trainingSet, storageRoot, stopAt: (_, step) => (step === 2 ? 'stop' : 'none') });
    const resumeFrom = checkpointsOf(first)[0]!;
    const reader = await SafetensorsReader.open(join(storageRoot, resumeFrom.folder, 'backbone.safetensors'));
    expect((await reader.read('statistics')).length % 12).toBe(0);
    await reader.close();
    const runs = [];
    for (const [index, worldSize] of [3, 1, 2, 4].entries()) {
      const outcomes = await trainOk(worldSize, plan, { trainingSet, storageRoot, generation: 2 + index, resumeFrom });
      runs.push({ losses: lossesOf(outcomes), model: await modelOf(storageRoot, outcomes) });
    }
    const [undisturbed, ...others] = runs;
    expect(undisturbed!.losses).toHaveLength(20);
    for (const { losses, model } of others) {
      // Sums of float32 in another order; measured 2e-5 for losses and 2e-4 for weights and running statistics.
      expect(lossDifference(losses, undisturbed!.losses)).toBeLessThan(1e-4);
      expect(relativeDifference(model, undisturbed!.model)).toBeLessThan(1e-3);
    }
  });

  const recipes: [string, Partial<RunConfigInput>][] = [
    ['sgd with steps', { schedule: { boundaries: [4], warmupSteps: 2 } }],
    ['an EMA and a polynomial schedule', { schedule: { name: 'polynomial', warmupEpochs: 0.5 }, model: { emaDecay: 0.9 } }],
    [
      'accumulation and bfloat16',
      { batch: { globalBatchSize: 24, bnGroupSize: 4, accumulationSteps: 3 }, communication: { gradients: 'bfloat16' } },
    ],
  ];
  it.each(recipes)('a run that stops anywhere ends with the bits of one that never stopped (%s)', async (title, recipe) => {
    const whole = await newStorage();
    const plan = config({ maxSteps: 7, ...recipe });
    const undisturbed = await trainOk(2, plan, { storageRoot: whole });
    const expected = await modelOf(whole, undisturbed);

    // Twice at steps that nothing else knows of; a verification in between must leave no trace either.
    const stops = [1 + Math.floor(3 * uniformAt(title.length, 1, 0)), 4 + Math.floor(3 * uniformAt(title.length, 1, 1))];
    const storageRoot = await newStorage();
    const verified = { ...plan, verification: { everySteps: 3 } };
    const losses: number[] = [];
    let resumeFrom = undefined;
    let outcomes = undisturbed;
    for (const [index, stop] of [...stops, 7].entries()) {
      outcomes = await trainOk(2, verified, {
        storageRoot,
        generation: 1 + index,
        ...(resumeFrom ? { resumeFrom } : {}),
        stopAt: (_, step) => (step === stop ? 'stop' : 'none'),
      });
      losses.push(...lossesOf(outcomes));
      resumeFrom = checkpointsOf(outcomes).at(-1);
    }
    expect(resultsOf(outcomes)).toEqual(new Array(2).fill({ outcome: 'succeeded', step: 7 }));
    expect(losses).toEqual(lossesOf(undisturbed));
    const model = await modelOf(storageRoot, outcomes);
    expect(relativeDifference(model, expected), `stopped at ${stops.join(', ')}`).toBe(0);
    expect(statisticsOf(model).size).toBeGreaterThan(10);
  });
});
