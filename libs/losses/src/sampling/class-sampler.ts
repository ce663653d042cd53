import type { Collective } from '#collective';
import type { ClassSamplingConfig } from '#contracts';
import type { HeadSlot } from '../head.js';
import { sampleRange, type SampleKey } from './sample-range.js';

/** What a selection may depend on; the same on every rank. */
export interface SelectionInputs {
  /** Global step. */
  readonly step: number;
  /** Embeddings of the global batch, row-major B x D, finite; their length does not matter. */
  readonly features: Float32Array;
  /** Global labels of the B rows, all in range. */
  readonly labels: Int32Array;
  readonly collective: Collective;
}

/** The classes of one step, as one rank sees them. */
export interface ClassSelection {
  /** This rank's selected classes relative to its shard, in rising order. */
  readonly local: Int32Array;
  /** Selected classes of all ranks together. */
  readonly numActive: number;
  /** Further scalars of the step for the run's metrics, the same on every rank. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Chooses the classes of a step's softmax: the batch's own ones always, and others up to a quota. */
export interface ClassSampler {
  /** What a checkpoint keeps of the sampler's own state. */
  readonly slots: readonly HeadSlot[];
  /** All ranks call it together, with the same inputs. */
  select(inputs: SelectionInputs): Promise<ClassSelection>;
  /** Its slots for consecutive local classes. */
  rows(start: number, numRows: number): Readonly<Record<string, Float32Array>>;
  /**
   * Takes its slots over for consecutive local classes; they are missing from a checkpoint of a run that sampled otherwise.
   *
   * @throws ArcFleetError `checkpoint_mismatch` when a length does not fit.
   */
  load(start: number, numRows: number, given: Readonly<Record<string, Float32Array>>): void;
  dispose(): void;
}

/** A rank's place among all classes. */
export interface ShardOfClasses {
  readonly numClasses: number;
  readonly classStart: number;
  readonly numLocalClasses: number;
}

/** Classes that are chosen already, as one rank sees them. */
export interface ChosenClasses {
  /** This rank's, relative to its shard, in rising order. */
  readonly local: Int32Array;
  /** How many are on lower ranks. */
  readonly numBefore: number;
  /** How many are on all ranks together. */
  readonly total: number;
}

/**
 * Classes that a step has room for, on all ranks together. Positives beyond it are kept all the same (rate 0: positives only).
 */
export function classQuota(sampling: Extract<ClassSamplingConfig, { rate: number }>, numClasses: number): number {
  return Math.round(sampling.rate * numClasses);
}

/** The batch's own classes. */
export function positiveClasses(labels: Int32Array, { classStart, numLocalClasses }: ShardOfClasses): ChosenClasses {
  const distinct = new Set(labels);
  const local: number[] = [];
  let numBefore = 0;
  for (const label of distinct) {
    if (label < classStart) numBefore++;
    else if (label < classStart + numLocalClasses) local.push(label - classStart);
  }
  return { local: Int32Array.from(local).sort(), numBefore, total: distinct.size };
}

/**
 * This rank's part of `chosen` and of as many others as `quota` has room for: a uniform sample of all classes that are not chosen,
 * the same at any number of ranks. Positions of the sample count the classes that are not chosen, in class order; this rank's
 * are a range of them, since it knows how many chosen ones lie below it.
 */
export function fillUp(chosen: ChosenClasses, quota: number, shard: ShardOfClasses, key: SampleKey): Int32Array {
  const { local, numBefore, total } = chosen;
  const missing = quota - total;
  if (missing <= 0) return local;
  const from = shard.classStart - numBefore;
  const to = from + shard.numLocalClasses - local.length;
  const drawn = sampleRange(key, shard.numClasses - total, missing, from, to);
  const filled = new Int32Array(local.length + drawn.length);
  let next = 0;
  for (const [index, position] of drawn.entries()) {
    while (next < local.length && local[next]! - next <= position - from) filled[index + next] = local[next++]!;
    filled[index + next] = position - from + next;
  }
  filled.set(local.subarray(next), drawn.length + next);
  return filled;
}
