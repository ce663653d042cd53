import { describe, expect, it } from 'vitest';
import { totalStepsOf } from './run-length.js';
import { lossesOf, recordsOf } from './testing/run-ranks.js';
import { onEachEngine, resultsOf } from './testing/training-scene.js';

describe('totalStepsOf', () => {
  it('is maxSteps or epochs, whichever ends first', () => {
    expect(totalStepsOf({ maxSteps: 10 }, 3)).toBe(10);
    expect(totalStepsOf({ epochs: 4 }, 3)).toBe(12);
    expect(totalStepsOf({ maxSteps: 10, epochs: 4 }, 3)).toBe(10);
    expect(totalStepsOf({ maxSteps: 10, epochs: 3 }, 3)).toBe(9);
  });

  it('refuses more steps than a run may have', () => {
    expect(() => totalStepsOf({ epochs: 1_000_000 }, 80_000)).toThrow(/1000000 epochs of 80000 steps .* lower epochs/);
  });
});

onEachEngine(({ config, trainOk }) => {
  it('a run of epochs ends when every image has come so often, tells its length at its start, and brings its rate to 0', async () => {
    // 84 images make 3 batches of 24 an epoch; the rest is dropped.
    const { maxSteps: _, ...plan } = config({ epochs: 2, schedule: { name: 'polynomial', warmupEpochs: 1 } });
    const outcomes = await trainOk(2, plan);
    expect(resultsOf(outcomes)).toEqual(new Array(2).fill({ outcome: 'succeeded', step: 6 }));
    expect(lossesOf(outcomes)).toHaveLength(6);
    expect(recordsOf(outcomes[0], 'training.started')).toMatchObject([{ step: 0, totalSteps: 6, numImages: 84 }]);
    const rates = recordsOf(outcomes[0], 'metrics').flatMap(({ points }) => points.map(({ values }) => values['learningRate']!));
    [1 / 3, 2 / 3, 1, 1, 2 / 3, 1 / 3].forEach((share, at) => expect(rates[at]).toBeCloseTo(0.001 * share, 12));
  });
});
