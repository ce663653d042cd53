import { describe, expect, it } from 'vitest';
import { LR_SCHEDULES, scheduleSchema } from '#contracts';
import { learningRateAt, SCHEDULES } from './registry.js';

const optimizer = {
  ...{ name: 'sgd' as const, learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, clipNorm: null },
};
const length = { totalSteps: 30, stepsPerEpoch: 6 };

function rates(steps: readonly number[], schedule: object): number[] {
  const config = { optimizer, schedule: scheduleSchema.parse(schedule) };
  return steps.map((step) => learningRateAt(step, config, length));
}

describe('learning rate', () => {
  it('has a law for every name of the catalog, and no other', () => {
    expect(Object.keys(SCHEDULES).sort()).toEqual([...LR_SCHEDULES].sort());
  });

  it('drops exactly at the boundaries', () => {
    const schedule = { name: 'steps', boundaries: [10, 20], factor: 0.5 };
    expect(rates([0, 9, 10, 19, 20, 1000], schedule)).toEqual([0.1, 0.1, 0.05, 0.05, 0.025, 0.025]);
  });

  it.each(['steps', 'polynomial'])('rises linearly during warm-up (%s)', (name) => {
    expect(rates([0, 1, 2, 3, 4], { name, warmupSteps: 4 })).toEqual([0.025, 0.05, 0.1 * 0.75, 0.1, 0.1]);
  });

  it('takes the longer of warmupSteps and warmupEpochs', () => {
    expect(rates([0, 11, 12], { name: 'steps', warmupSteps: 4, warmupEpochs: 2 })).toEqual([0.1 / 12, 0.1, 0.1]);
    expect(rates([0, 9], { name: 'steps', warmupSteps: 10, warmupEpochs: 1 })).toEqual([0.1 * (1 / 10), 0.1]);
  });

  it("falls to 0 at the run's end by a power of the progress", () => {
    const linear = rates([10, 15, 20, 29, 30, 31], { name: 'polynomial', warmupSteps: 10 });
    [0.1, 0.075, 0.05, 0.005, 0, 0].forEach((rate, at) => expect(linear[at]).toBeCloseTo(rate, 12));
    expect(rates([20], { name: 'polynomial', warmupSteps: 10, power: 2 })[0]).toBeCloseTo(0.025, 12);
    expect(rates([29], { name: 'polynomial', warmupSteps: 100 })[0]).toBeCloseTo(0.03, 12);
  });

  it('equals the recurrence of arcface_torch after the warm-up', () => {
    // PolynomialLRWarmup.get_lr multiplies the last rate by a quotient of two shares, step by step.
    let rate = 0.1;
    for (let step = 11; step < 30; step++) {
      rate *= ((1 - (step - 10) / 20) / (1 - (step - 1 - 10) / 20)) ** 1;
      expect(rates([step], { name: 'polynomial', warmupSteps: 10 })[0]).toBeCloseTo(rate, 12);
    }
  });
});
