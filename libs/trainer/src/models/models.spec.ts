import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Accuracies, BestModel } from '#contracts';
import { recordsOf, type RankOutcome } from '../testing/run-ranks.js';
import { checkpointsOf, foldersOf, onEachEngine, resultsOf } from '../testing/training-scene.js';
import { isBest, reachedTarget } from './best-model.js';

const scores = (...values: number[]): Accuracies => values.map((accuracy, at) => ({ target: `t${at}`, accuracy }));
const best = (...values: number[]): BestModel => ({ step: 1, folder: 'f', accuracies: scores(...values) });

describe('the best model', () => {
  it('is the first one, then that with the best last target; the sum breaks ties', () => {
    expect(isBest(scores(0.1, 0.2), null)).toBe(true);
    expect(isBest(scores(0.9, 0.19), best(0.1, 0.2))).toBe(false);
    expect(isBest(scores(0, 0.21), best(0.9, 0.2))).toBe(true);
    expect(isBest(scores(0.1, 0.2), best(0.1, 0.2))).toBe(true);
    expect(isBest(scores(0.09, 0.2), best(0.1, 0.2))).toBe(false);
    expect(isBest([], null)).toBe(false);
  });

  it('ends a run when its target is reached, not before', () => {
    const earlyStop = { target: 't1', accuracy: 0.5 };
    expect(reachedTarget(earlyStop, scores(0.9, 0.5))).toBe(0.5);
    expect(reachedTarget(earlyStop, scores(0.9, 0.49))).toBeNull();
    expect(reachedTarget(earlyStop, [])).toBeNull();
    expect(reachedTarget(null, scores(1, 1))).toBeNull();
  });
});

onEachEngine(({ config, newStorage, train, trainOk }) => {
  const verified = (more: object = {}) =>
    config({ maxSteps: 6, verification: { everySteps: 1, targets: ['pairs'] }, checkpoint: { everySteps: 1, keep: 9 }, ...more });
  const modelsOf = (outcomes: readonly RankOutcome[]) => recordsOf(outcomes[0], 'model.written');
  /** Steps at which the accuracy is not below all earlier ones. */
  const improvementsOf = (outcomes: readonly RankOutcome[]): number[] => {
    let highest = -1;
    return recordsOf(outcomes[0], 'verification').flatMap(({ step, scores: { accuracy } }) => {
      if (accuracy < highest) return [];
      highest = accuracy;
      return [step];
    });
  };

  it('are stored as the policy says; what each scored stands in its record, its description and every checkpoint', async () => {
    const stored: Record<string, { steps: number[]; folders: string[] }> = {};
    let improvements: number[] = [];
    for (const save of ['last', 'best', 'improvements', 'all'] as const) {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(2, verified({ model: { save } }), { storageRoot });
      const records = modelsOf(outcomes);
      stored[save] = { steps: records.map(({ step }) => step), folders: await foldersOf(storageRoot, 'model') };
      improvements = improvementsOf(outcomes);
      expect(records.map(({ isLast }) => isLast)).toEqual([...records.slice(1).map(() => false), true]);
      for (const { step, isBest: claimed, accuracies, folder } of records) {
        expect(claimed).toBe(improvements.includes(step));
        const verification = recordsOf(outcomes[0], 'verification').find((one) => one.step === step)!;
        expect(accuracies).toEqual([{ target: 'pairs', accuracy: verification.scores.accuracy }]);
        if (!stored[save].folders.includes(folder.split('/').at(-1)!)) continue;
        expect(JSON.parse(await readFile(join(storageRoot, folder, 'model.json'), 'utf8'))).toMatchObject({
          ...{ step, accuracies },
          ...{ network: 'tiny', embeddingSize: 16, output: 'GDC', dropout: 0, squeezeExcitation: false },
        });
      }
      for (const { step, best: known } of checkpointsOf(outcomes)) {
        expect(known?.step).toBe(improvements.findLast((one) => one <= step));
      }
    }
    const sorted = (steps: readonly number[]) => [...new Set(steps)].sort((a, b) => a - b);
    const named = (steps: readonly number[]) => sorted(steps).map((step) => `g1-s${step}`);
    expect(stored).toEqual({
      last: { steps: [6], folders: named([6]) },
      best: { steps: sorted([...improvements, 6]), folders: named([improvements.at(-1)!, 6]) },
      improvements: { steps: sorted([...improvements, 6]), folders: named([...improvements, 6]) },
      all: { steps: [1, 2, 3, 4, 5, 6], folders: named([1, 2, 3, 4, 5, 6]) },
    });
  });

  it('a replaced best model stays until a checkpoint that knows the newer one is accepted', async () => {
    const storageRoot = await newStorage();
    const once = verified({ model: { save: 'best' }, checkpoint: { everySteps: 0 } });
    const outcomes = await trainOk(1, once, { storageRoot, stopAt: (_, step) => (step === 5 ? 'cancel' : 'none') });
    const written = modelsOf(outcomes).map(({ step }) => `g1-s${step}`);
    expect(await foldersOf(storageRoot, 'model')).toEqual(written);
    expect(recordsOf(outcomes[0], 'model.deleted')).toEqual([]);
  });

  it('a resumed run knows what it must beat', async () => {
    const storageRoot = await newStorage();
    const plan = verified({ model: { save: 'improvements' } });
    const first = await trainOk(1, plan, { storageRoot, stopAt: (_, step) => (step === 3 ? 'stop' : 'none') });
    const manifest = checkpointsOf(first).at(-1)!;
    const perfect = { ...manifest, best: { ...manifest.best!, accuracies: [{ target: 'pairs', accuracy: 1 }] } };
    const resume = async (resumeFrom: typeof manifest) =>
      modelsOf(await trainOk(1, plan, { storageRoot, generation: 2, resumeFrom })).map((record) => record.isBest);
    // Nothing but the last one, unless it is perfect too.
    expect((await resume(perfect)).length).toBeLessThanOrEqual(1);
    const whole = modelsOf(await trainOk(1, plan)).filter(({ step }) => step > 3);
    expect(await resume(manifest)).toEqual(whole.map((record) => record.isBest));
  });

  it('earlyStop ends all ranks at the verification that reaches it, with a model and a reason', async () => {
    const storageRoot = await newStorage();
    const plan = verified({ maxSteps: 100, verification: { everySteps: 2 }, earlyStop: { target: 'pairs', accuracy: 0.01 } });
    const outcomes = await trainOk(3, plan, { storageRoot });
    const message = expect.stringMatching(/^pairs reached 0\.\d+ \(earlyStop\.accuracy 0\.01\) at step 2 of 100$/) as string;
    expect(resultsOf(outcomes)).toEqual(new Array(3).fill({ outcome: 'succeeded', step: 2, message }));
    expect(modelsOf(outcomes)).toMatchObject([{ step: 2, isLast: true }]);
  });

  it('earlyStop on a set that is not there is found before the first step', async () => {
    const outcomes = await train(1, config({ verification: {}, earlyStop: { target: 'lfw', accuracy: 0.9 } }));
    expect(outcomes[0]!.error).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('it has pairs') as string,
    });
  });

  it('of the run whose checkpoint it goes on from stay where they are', async () => {
    const storageRoot = await newStorage();
    const keptBest = verified({ model: { save: 'best' } });
    const first = await trainOk(2, keptBest, { storageRoot, stopAt: (_, step) => (step === 5 ? 'stop' : 'none') });
    const manifest = checkpointsOf(first).at(-1)!;
    const before = await foldersOf(storageRoot, 'model');
    expect(before).toContain(manifest.best!.folder.split('/').at(-1));
    // Anything is better than that, so the run replaces what it knows as the best model.
    const resumeFrom = { ...manifest, best: { ...manifest.best!, accuracies: [{ target: 'pairs', accuracy: 0 }] } };
    const longer = { ...keptBest, maxSteps: 10 };
    const second = await trainOk(2, longer, { storageRoot, runId: 'run-2', resumeFrom });
    expect(modelsOf(second)[0]).toMatchObject({ step: manifest.step + 1, isBest: true });
    const own = recordsOf(second[0], 'model.deleted').every(({ folder }) => folder.startsWith('runs/run-2/'));
    expect(own).toBe(true);
    expect(await foldersOf(storageRoot, 'model')).toEqual(before);
  });
});
