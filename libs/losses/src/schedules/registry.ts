import type { RunConfig, ScheduleConfig } from '#contracts';
import { polynomialRate } from './polynomial.js';
import type { RunLength } from './run-length.js';
import { stepsRate } from './steps.js';

type Rate<S> = (step: number, base: number, config: S, length: RunLength) => number;
type Schedules = { readonly [S in ScheduleConfig as S['name']]: Rate<S> };

/** One entry per name in the catalog; the type holds both lists equal. */
export const SCHEDULES: Schedules = { steps: stepsRate, polynomial: polynomialRate };

/** Learning rate of a global step (counted from 0), a pure function of the run's configuration and length. */
export function learningRateAt(
  step: number,
  { optimizer, schedule }: Pick<RunConfig, 'optimizer' | 'schedule'>,
  length: RunLength,
): number {
  return (SCHEDULES[schedule.name] as Rate<ScheduleConfig>)(step, optimizer.learningRate, schedule, length);
}
