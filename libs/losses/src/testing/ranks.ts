import type { Collective, Payload } from '#collective';
import { tf } from '#engine';
import type { Engine } from '#engine';
import type { LossConfig } from '#contracts';
import { MarginHead } from '../margin-head.js';
import type { HeadStepResult } from '../head.js';
import type { MarginHeadOptions } from '../margin-head.js';

export const ARCFACE: Extract<LossConfig, { name: 'arcface' }> = {
  name: 'arcface',
  scale: 64,
  margin: 0.5,
  gradient: 'exact',
  subCenters: 1,
  interclassFilteringThreshold: null,
};

/** Reproducible values in (-1, 1) that float32 holds exactly. */
export function randoms(length: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

/** Heads of all ranks in one process. */
export class HeadGroup {
  readonly heads: MarginHead[];

  constructor(
    engine: Engine,
    private readonly collectives: Collective[],
    options: Omit<MarginHeadOptions, 'engine' | 'rank' | 'worldSize'>,
  ) {
    const worldSize = collectives.length;
    this.heads = collectives.map((_, rank) => new MarginHead({ ...options, engine, rank, worldSize }));
  }

  /** Outcome of a step on every rank; `features` are the ranks' payloads. */
  settle(features: readonly Payload[], labels: Int32Array, learningRate: number, step: number) {
    return Promise.allSettled(
      this.heads.map((head, rank) => head.step({ features, labels, learningRate, step, collective: this.collectives[rank]! })),
    );
  }

  /** A step that must succeed: the agreed loss and the sum of all ranks' gradients by the features. */
  async step(features: Float32Array, labels: Int32Array, learningRate: number, step = 0): Promise<HeadStepResult> {
    const outcomes = await this.settle(split(features, labels.length, this.heads.length), labels, learningRate, step);
    const results = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    const losses = new Set(results.map(({ loss }) => loss));
    if (losses.size !== 1) throw new Error(`ranks disagree about the loss: ${[...losses].join(', ')}`);
    const dFeatures = new Float32Array(features.length);
    for (const result of results) result.dFeatures.forEach((value, at) => (dFeatures[at]! += value));
    return { loss: results[0]!.loss, dFeatures };
  }

  /** All rows of W and momentum, in class order. */
  async weights(): Promise<{ centers: number[]; velocity: number[] }> {
    const centers: number[] = [];
    const velocity: number[] = [];
    for (const head of this.heads) {
      for await (const rows of head.weights()) {
        centers.push(...rows.centers);
        velocity.push(...rows.velocity);
      }
    }
    return { centers, velocity };
  }

  async load(centers: ArrayLike<number>, embeddingSize: number): Promise<void> {
    const all = Float32Array.from(centers);
    for (const head of this.heads) {
      await head.load((classStart, numRows) => {
        const rows = all.subarray(classStart * embeddingSize, (classStart + numRows) * embeddingSize);
        return Promise.resolve({ centers: rows, velocity: new Float32Array(rows.length) });
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
