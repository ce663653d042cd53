import { ArcFleetError, type RunConfig } from '#contracts';

/** The limit of `maxSteps`; every step number fits 31 bits. */
const MAX_STEPS = 1_000_000_000;

/**
 * Steps of a run: `maxSteps` or `epochs`, whichever ends first.
 *
 * @throws ArcFleetError `config_invalid` when epochs make more steps than a run may have.
 */
export function totalStepsOf({ maxSteps, epochs }: Pick<RunConfig, 'maxSteps' | 'epochs'>, stepsPerEpoch: number): number {
  const totalSteps = Math.min(maxSteps ?? Infinity, (epochs ?? Infinity) * stepsPerEpoch);
  if (totalSteps <= MAX_STEPS) return totalSteps;
  throw new ArcFleetError(
    'config_invalid',
    `${epochs} epochs of ${stepsPerEpoch} steps are more than the ${MAX_STEPS} steps that a run may have; lower epochs`,
    { epochs, stepsPerEpoch },
  );
}
