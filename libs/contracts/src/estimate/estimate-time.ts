import { isTripletLoss } from '../run-config/loss.js';
import type { RunConfig } from '../run-config/run-config.js';

/** What an earlier run made. */
export interface MeasuredSpeed {
  readonly engine: string;
  readonly worldSize: number;
  readonly globalBatchSize: number;
  /** Images of all ranks together. */
  readonly samplesPerSecond: number;
}

/** Speed of earlier runs that did the same, and what follows from it. */
export interface TimeEstimate {
  /** That of the runs it rests on; null: there are none. */
  readonly engine: string | null;
  readonly samplesPerSecond: number | null;
  /** Runs that it rests on. */
  readonly runs: number;
  /** Of all steps, without verification and checkpoints; null without runs, or where the number of steps is not known. */
  readonly seconds: number | null;
}

/** Steps of the whole run; null where they depend on a data set whose size is not known. */
export function estimateSteps(
  config: Pick<RunConfig, 'maxSteps' | 'epochs' | 'batch' | 'dataset' | 'loss'>,
  images: number | null,
): number | null {
  const { maxSteps, epochs, batch, dataset, loss } = config;
  if (epochs === undefined || isTripletLoss(loss)) return maxSteps ?? null;
  if (images === null || dataset.minImagesPerIdentity > 0) return null;
  return Math.min(maxSteps ?? Infinity, epochs * Math.floor(images / batch.globalBatchSize));
}

/**
 * Time by the median speed of earlier runs on as many ranks with the same batch per rank. With engine `auto` those of the engine that most of
 * them had.
 */
export function estimateTime(
  { engine, batch }: Pick<RunConfig, 'engine' | 'batch'>,
  worldSize: number,
  steps: number | null,
  measured: readonly MeasuredSpeed[],
): TimeEstimate {
  const alike = measured.filter((run) => run.worldSize === worldSize && run.globalBatchSize === batch.globalBatchSize);
  const byEngine = new Map<string, number[]>();
  for (const run of alike) {
    if (engine === 'auto' || engine === run.engine)
      byEngine.set(run.engine, [...(byEngine.get(run.engine) ?? []), run.samplesPerSecond]);
  }
  const [most] = [...byEngine].sort(([, one], [, other]) => other.length - one.length);
  if (most === undefined) return { engine: null, samplesPerSecond: null, runs: 0, seconds: null };
  const samplesPerSecond = medianOf(most[1]);
  const seconds = steps === null || samplesPerSecond <= 0 ? null : (steps * batch.globalBatchSize) / samplesPerSecond;
  return { engine: most[0], samplesPerSecond, runs: most[1].length, seconds };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
