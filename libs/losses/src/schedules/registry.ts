import { ArcFleetError, type RunConfig, type ScheduleConfig } from '#contracts';
import { stepsRate } from './steps.js';

type Schedules = { readonly [S in ScheduleConfig as S['name']]: (step: number, base: number, config: S) => number };

/** One entry per name in the catalog; the type holds both lists equal. */
export const SCHEDULES: Schedules = {
  steps: stepsRate,
  polynomial: () => {
    throw new ArcFleetError('config_invalid', 'The schedule polynomial is not there yet');
  },
};

/** Learning rate of a global step (counted from 0), a pure function of the run's configuration. */
export function learningRateAt(step: number, { optimizer, schedule }: Pick<RunConfig, 'optimizer' | 'schedule'>): number {
  const rate = SCHEDULES[schedule.name] as (step: number, base: number, config: ScheduleConfig) => number;
  return rate(step, optimizer.learningRate, schedule);
}
