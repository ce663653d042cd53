import { join } from 'node:path';
import { expect, it } from 'vitest';
import { uniformAt, type RunConfigInput } from '#contracts';
import { lossesOf } from './testing/run-ranks.js';
import {
  checkpointsOf,
  modelOf,
  onEachEngine,
  readAll,
  relativeDifference,
  resultsOf,
  type Stored,
} from './testing/training-scene.js';

const statisticsOf = (model: Stored): Stored => new Map([...model].filter(([name]) => name.includes('_moving_')));

onEachEngine(({ config, newStorage, train, trainOk }) => {
  const recipes: [string, Partial<RunConfigInput>][] = [
    ['sgd with steps', { schedule: { boundaries: [4], warmupSteps: 2 } }],
    ['dropout', { network: { name: 'tiny', embeddingSize: 16, output: 'E', dropout: 0.4 } }],
    ['adamw', { optimizer: { name: 'adamw', learningRate: 1e-3, clipNorm: 1 } }],
    ['an EMA and a polynomial schedule', { schedule: { name: 'polynomial', warmupEpochs: 0.5 }, model: { emaDecay: 0.9 } }],
    ['softmax with bias', { loss: { name: 'softmax' } }],
    ['sub-centers and AdamW', { loss: { name: 'cosface', subCenters: 2 }, optimizer: { name: 'adamw' } }],
    [
      'accumulation and bfloat16',
      { batch: { globalBatchSize: 24, bnGroupSize: 4, accumulationSteps: 3 }, communication: { gradients: 'bfloat16' } },
    ],
    ['sampled classes with an index', { classSampling: { name: 'nearest', rate: 0.8, refreshSteps: 3 } }],
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

  it.each<[string, Partial<RunConfigInput>]>([
    ['all classes', {}],
    ['random classes', { classSampling: { name: 'random', rate: 0.8 } }],
  ])('a run of %s goes on with the nearest ones: its checkpoint has no index, the next step makes one', async (_, before) => {
    const storageRoot = await newStorage();
    const stopAt = (at: number) => (_: number, step: number) => (step === at ? ('stop' as const) : ('none' as const));
    const [first] = checkpointsOf(await trainOk(2, config({ maxSteps: 7, ...before }), { storageRoot, stopAt: stopAt(2) }));
    // Step 3 is none at which an index is made anyway; another number of ranks, so that files are cut anew.
    const nearest = config({ maxSteps: 7, classSampling: { name: 'nearest', rate: 0.8, refreshSteps: 5 } });
    const more = { storageRoot, generation: 2, resumeFrom: first! };
    const outcomes = await trainOk(3, nearest, { ...more, stopAt: stopAt(3) });
    expect(lossesOf(outcomes)).toHaveLength(1);
    const [second] = checkpointsOf(outcomes);
    const cells: number[] = [];
    for (let rank = 0; rank < 3; rank++) {
      const stored = await readAll(join(storageRoot, second!.folder, `head-${rank}.safetensors`));
      cells.push(...stored.get('head.cell')!);
    }
    expect(cells).toHaveLength(7);
    expect(Math.min(...cells)).toBeGreaterThanOrEqual(0);

    // What it cannot do without is missed as before.
    for (const { error } of await train(3, { ...nearest, loss: { name: 'softmax' } }, more))
      expect(error).toMatchObject({ code: 'checkpoint_mismatch' });
  });
});
