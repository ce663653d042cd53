import type { RunConfig } from '#contracts';

/** Consecutive samples of a local batch. */
export interface MicroBatch {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a local batch into micro-batches. Their size is that of `accumulationSteps` at the run's largest number of ranks, and does
 * not grow when there are fewer: memory on a rank stays what it was. The last one may be smaller; each holds whole batch-norm groups.
 */
export function microBatches(
  { globalBatchSize, accumulationSteps }: RunConfig['batch'],
  maxRanks: number,
  localBatchSize: number,
): MicroBatch[] {
  if (accumulationSteps === 1) return [{ start: 0, end: localBatchSize }];
  const size = globalBatchSize / (maxRanks * accumulationSteps);
  const pieces: MicroBatch[] = [];
  for (let start = 0; start < localBatchSize; start += size) {
    pieces.push({ start, end: Math.min(start + size, localBatchSize) });
  }
  return pieces;
}
