import type { ScheduleConfig } from '#contracts';

/**
 * The rate is multiplied by `factor` from each boundary on (exactly at that step, counted from 0). During the first
 * `warmupSteps` steps it rises linearly: step k runs at (k + 1) / warmupSteps, so that no step is wasted at rate 0.
 */
export function stepsRate(
  step: number,
  base: number,
  { boundaries, factor, warmupSteps }: Extract<ScheduleConfig, { name: 'steps' }>,
): number {
  const passed = boundaries.filter((boundary) => step >= boundary).length;
  const warmup = step < warmupSteps ? (step + 1) / warmupSteps : 1;
  return base * factor ** passed * warmup;
}
