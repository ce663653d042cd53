import type { LrScheduleName, RunConfig } from '#contracts';
import { stepsRate } from './steps.js';

type Schedule = (step: number, base: number, config: RunConfig['schedule']) => number;

/** One entry per name in the catalog; the type holds both lists equal. */
export const SCHEDULES: Readonly<Record<LrScheduleName, Schedule>> = { steps: stepsRate };

/** Learning rate of a global step (counted from 0), a pure function of the run's configuration. */
export function learningRateAt(step: number, config: Pick<RunConfig, 'optimizer' | 'schedule'>): number {
  return SCHEDULES[config.schedule.name](step, config.optimizer.learningRate, config.schedule);
}
