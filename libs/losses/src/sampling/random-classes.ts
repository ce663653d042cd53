import { RANDOM_STREAMS, type ClassSamplingConfig } from '#contracts';
import type { HeadSlot } from '../head.js';
import {
  classQuota,
  fillUp,
  positiveClasses,
  type ClassSampler,
  type ClassSelection,
  type SelectionInputs,
  type ShardOfClasses,
} from './class-sampler.js';

export interface RandomClassesOptions extends ShardOfClasses {
  readonly sampling: Extract<ClassSamplingConfig, { name: 'random' }>;
  readonly seed: number;
}

/**
 * Partial FC (An et al., "Partial FC: Training 10 Million Identities on a Single Machine", 2021): the batch's own classes,
 * filled up with uniformly drawn others. Without communication; the set depends on (seed, step, labels) alone.
 */
export class RandomClasses implements ClassSampler {
  readonly slots: readonly HeadSlot[] = [];

  constructor(private readonly options: RandomClassesOptions) {}

  select({ step, labels }: SelectionInputs): Promise<ClassSelection> {
    const { sampling, seed, numClasses } = this.options;
    const positives = positiveClasses(labels, this.options);
    const quota = classQuota(sampling, numClasses);
    const local = fillUp(positives, quota, this.options, { seed, stream: RANDOM_STREAMS.classSampling, step });
    return Promise.resolve({ local, numActive: Math.max(quota, positives.total), metrics: {} });
  }

  rows(): Record<string, Float32Array> {
    return {};
  }

  load(): void {
    // There is no state: a draw depends on the step alone.
  }

  dispose(): void {
    // Nothing is held.
  }
}
