import type { Collective, Payload } from '#collective';
import { tf } from '#engine';
import type { Engine } from '#engine';
import type { OptimizerConfig } from '#contracts';
import { MarginHead } from '../margin-head.js';
import type { HeadStepResult } from '../head.js';
import type { MarginHeadOptions } from '../margin-head.js';

/** Reproducible values in (-1, 1) that float32 holds exactly. */
export function randoms(length: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

/** SGD without momentum and decay: at rate 1 the velocity after a step is -dW. */
export const PLAIN_SGD: Extract<OptimizerConfig, { name: 'sgd' }> = {
  name: 'sgd',
  // Only the rate of the step may count.
  learningRate: 17,
  momentum: 0,
  weightDecay: 0,
  clipNorm: null,
};

/** AdamW whose epsilon is large enough that a gradient of nearly 0 does not decide by its rounding. */
export const ADAMW: Extract<OptimizerConfig, { name: 'adamw' }> = {
  name: 'adamw',
  learningRate: 17,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-2,
  weightDecay: 0.1,
  clipNorm: null,
};

export type HeadGroupOptions = Omit<MarginHeadOptions, 'engine' | 'rank' | 'worldSize' | 'classSampling'> &
  Partial<Pick<MarginHeadOptions, 'classSampling'>>;

/** Heads of all ranks in one process. */
export class HeadGroup {
  readonly heads: MarginHead[];

  constructor(
    engine: Engine,
    private readonly collectives: Collective[],
    { classSampling = { name: 'none' }, ...options }: HeadGroupOptions,
  ) {
    const worldSize = collectives.length;
    this.heads = collectives.map((_, rank) => new MarginHead({ ...options, classSampling, engine, rank, worldSize }));
  }

  /** Outcome of a step on every rank; `features` are the ranks' payloads. */
  settle(features: readonly Payload[], labels: Int32Array, learningRate: number, step: number) {
    return Promise.allSettled(
      this.heads.map((head, rank) => head.step({ features, labels, learningRate, step, collective: this.collectives[rank]! })),
    );
  }

  /** A step that must succeed: the agreed loss and the sum of all ranks' gradients by the features. */
  async step(features: Float32Array, labels: Int32Array, learningRate: number, step = 1): Promise<HeadStepResult> {
    const outcomes = await this.settle(split(features, labels.length, this.heads.length), labels, learningRate, step);
    const results = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    const agreed = new Set(results.map(({ loss, metrics }) => JSON.stringify({ loss, metrics })));
    if (agreed.size !== 1) throw new Error(`ranks disagree: ${[...agreed].join(', ')}`);
    const dFeatures = new Float32Array(features.length);
    for (const result of results) result.dFeatures.forEach((value, at) => (dFeatures[at]! += value));
    return { ...results[0]!, dFeatures };
  }

  /** All slots of all classes, in class order. */
  async slots(): Promise<Record<string, number[]>> {
    const slots = Object.fromEntries(this.heads[0]!.slots.map(({ name }): [string, number[]] => [name, []]));
    for (const head of this.heads) {
      for await (const rows of head.rows()) {
        for (const [name, values] of Object.entries(rows.slots)) slots[name]!.push(...values);
      }
    }
    return slots;
  }

  /** Loads the given slots on every rank; those that are not given become zero. */
  async load(given: Readonly<Record<string, ArrayLike<number>>>): Promise<void> {
    for (const head of this.heads) {
      await head.load((classStart, numRows) => {
        const pieces = head.slots.map(({ name, width }): [string, Float32Array] => {
          const all = given[name];
          if (!all) return [name, new Float32Array(numRows * width)];
          return [name, Float32Array.from(all).slice(classStart * width, (classStart + numRows) * width)];
        });
        return Promise.resolve(Object.fromEntries(pieces));
      });
    }
  }

  dispose(): void {
    for (const head of this.heads) head.dispose();
  }
}

/** Rows cut into contiguous payloads, one per rank. */
export function split(features: Float32Array, numRows: number, worldSize: number): Payload[] {
  const embeddingSize = features.length / numRows;
  const cut = (rank: number) => Math.floor((numRows * rank) / worldSize);
  return Array.from({ length: worldSize }, (_, rank) => ({
    dtype: 'float32' as const,
    shape: [cut(rank + 1) - cut(rank), embeddingSize],
    data: features.subarray(cut(rank) * embeddingSize, cut(rank + 1) * embeddingSize),
  }));
}

/** Largest difference in proportion to the largest expected value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let scale = 1e-12;
  let worst = 0;
  for (let at = 0; at < expected.length; at++) {
    scale = Math.max(scale, Math.abs(expected[at]!));
    const difference = Math.abs(actual[at]! - expected[at]!);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst / scale;
}

export const numTensors = () => tf.memory().numTensors;
