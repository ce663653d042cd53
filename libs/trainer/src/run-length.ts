import type { RunConfig } from '#contracts';

/** Steps of a run: `maxSteps` or `epochs`, whichever ends first. */
export function totalStepsOf({ maxSteps, epochs }: Pick<RunConfig, 'maxSteps' | 'epochs'>, stepsPerEpoch: number): number {
  return Math.min(maxSteps ?? Infinity, (epochs ?? Infinity) * stepsPerEpoch);
}
