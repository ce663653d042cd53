import type { Accuracies, BestModel, RunConfig } from '#contracts';

/**
 * InsightFace's rule (insightface.md 6.1): the accuracy on the last target decides; where it is equal, the sum over all targets
 * must not be lower. Its record of the sum is not brought up to date by a strictly better score; ours is.
 */
export function isBest(accuracies: Accuracies, best: Pick<BestModel, 'accuracies'> | null): boolean {
  const last = accuracies.at(-1)?.accuracy;
  if (last === undefined) return false;
  const known = best?.accuracies ?? [];
  const before = known.at(-1)?.accuracy ?? -Infinity;
  return last > before || (last === before && sum(accuracies) >= sum(known));
}

/** The accuracy that ends the run, when it is reached. */
export function reachedTarget(earlyStop: RunConfig['earlyStop'], accuracies: Accuracies): number | null {
  const accuracy = accuracies.find(({ target }) => target === earlyStop?.target)?.accuracy;
  return earlyStop && accuracy !== undefined && accuracy >= earlyStop.accuracy ? accuracy : null;
}

const sum = (accuracies: Accuracies): number => accuracies.reduce((total, { accuracy }) => total + accuracy, 0);
