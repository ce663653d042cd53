import type { ScheduleConfig } from '#contracts';
import type { RunLength } from './run-length.js';

/** Steps of warm-up: `warmupSteps` or `warmupEpochs`, whichever is longer. */
export function warmupStepsOf(
  { warmupSteps, warmupEpochs }: Pick<ScheduleConfig, 'warmupSteps' | 'warmupEpochs'>,
  { stepsPerEpoch }: Pick<RunLength, 'stepsPerEpoch'>,
): number {
  return Math.max(warmupSteps, Math.round(warmupEpochs * stepsPerEpoch));
}

/** Share of the rate in `step` (from 0): (step + 1) / warmupSteps, so that no step is wasted at rate 0; 1 after the warm-up. */
export function warmupShare(step: number, warmupSteps: number): number {
  return step < warmupSteps ? (step + 1) / warmupSteps : 1;
}
