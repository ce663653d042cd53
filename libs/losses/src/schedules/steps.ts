import type { ScheduleConfig } from '#contracts';
import type { RunLength } from './run-length.js';
import { warmupShare, warmupStepsOf } from './warm-up.js';

/** The rate is multiplied by `factor` from each boundary on (exactly at that step, counted from 0), after a linear warm-up. */
export function stepsRate(
  step: number,
  base: number,
  config: Extract<ScheduleConfig, { name: 'steps' }>,
  length: RunLength,
): number {
  const passed = config.boundaries.filter((boundary) => step >= boundary).length;
  return base * config.factor ** passed * warmupShare(step, warmupStepsOf(config, length));
}
