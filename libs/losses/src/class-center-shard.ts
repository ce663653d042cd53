import { ArcFleetError, fillNormal, RANDOM_STREAMS } from '#contracts';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { shardOf } from './shard.js';

/** Standard deviation of the initial class centers. */
const INITIAL_DEVIATION = 0.01;

/** Consecutive rows of W with their momentum, as a checkpoint holds them. Row-major, `numRows x embeddingSize`. */
export interface CenterRows {
  /** Global index of the first class. */
  readonly classStart: number;
  readonly numRows: number;
  readonly centers: Float32Array;
  readonly velocity: Float32Array;
}

export interface CenterChunk {
  /** First class, relative to the shard. */
  readonly start: number;
  readonly size: number;
  centers_KD: Tensor2D;
  velocity_KD: Tensor2D;
}

export interface ClassCenterShardOptions {
  readonly numClasses: number;
  readonly embeddingSize: number;
  readonly rank: number;
  readonly worldSize: number;
  readonly seed: number;
  readonly chunkSize: number;
  readonly engine: Engine;
}

/**
 * The rank's rows of W and their momentum, one tensor each per chunk of classes, so that an update needs room for one chunk
 * and not for another copy of W. Row c is drawn from (seed, c): the same at any world size.
 */
export class ClassCenterShard {
  readonly classStart: number;
  readonly numLocalClasses: number;
  readonly chunks: CenterChunk[] = [];

  constructor(private readonly options: ClassCenterShardOptions) {
    const { numClasses, embeddingSize, rank, worldSize, seed, chunkSize } = options;
    const { classStart, numLocalClasses } = shardOf(numClasses, rank, worldSize);
    this.classStart = classStart;
    this.numLocalClasses = numLocalClasses;
    for (let start = 0; start < numLocalClasses; start += chunkSize) {
      const size = Math.min(chunkSize, numLocalClasses - start);
      const rows = new Float32Array(size * embeddingSize);
      for (let row = 0; row < size; row++) {
        const target = rows.subarray(row * embeddingSize, (row + 1) * embeddingSize);
        fillNormal(seed, RANDOM_STREAMS.classCenters, classStart + start + row, target, INITIAL_DEVIATION);
      }
      const shape: [number, number] = [size, embeddingSize];
      this.chunks.push({ start, size, centers_KD: tf.tensor2d(rows, shape), velocity_KD: tf.zeros<tf.Rank.R2>(shape) });
    }
  }

  /** Replaces a chunk's rows after an update; the old tensors are disposed of. */
  replace(chunk: CenterChunk, centers_KD: Tensor2D, velocity_KD: Tensor2D): void {
    tf.dispose([chunk.centers_KD, chunk.velocity_KD]);
    chunk.centers_KD = centers_KD;
    chunk.velocity_KD = velocity_KD;
  }

  /** Rows of W and momentum chunk by chunk in class order; one chunk is in memory at a time. */
  async *rows(): AsyncGenerator<CenterRows> {
    const { engine, embeddingSize } = this.options;
    for (const { start, size, centers_KD, velocity_KD } of this.chunks) {
      const centers = new Float32Array(size * embeddingSize);
      const velocity = new Float32Array(size * embeddingSize);
      await engine.readInto(centers_KD, centers);
      await engine.readInto(velocity_KD, velocity);
      yield { classStart: this.classStart + start, numRows: size, centers, velocity };
    }
  }

  /**
   * Replaces all rows by what `read` gives for a range of global classes; it may come from shards of another world size.
   *
   * @throws ArcFleetError `checkpoint_mismatch` when the length does not fit.
   */
  async load(
    read: (classStart: number, numRows: number) => Promise<{ centers: Float32Array; velocity: Float32Array }>,
  ): Promise<void> {
    const { embeddingSize } = this.options;
    for (const chunk of this.chunks) {
      const classStart = this.classStart + chunk.start;
      const { centers, velocity } = await read(classStart, chunk.size);
      const expected = chunk.size * embeddingSize;
      if (centers.length !== expected || velocity.length !== expected) {
        throw new ArcFleetError(
          'checkpoint_mismatch',
          `Classes ${classStart}..${classStart + chunk.size - 1} need ${expected} values, the checkpoint gave ${centers.length} and ${velocity.length}`,
          { classStart, numRows: chunk.size, embeddingSize },
        );
      }
      const shape: [number, number] = [chunk.size, embeddingSize];
      // Copies: a backend may keep the array it is given.
      this.replace(chunk, tf.tensor2d(centers.slice(), shape), tf.tensor2d(velocity.slice(), shape));
    }
  }

  dispose(): void {
    for (const { centers_KD, velocity_KD } of this.chunks) tf.dispose([centers_KD, velocity_KD]);
    this.chunks.length = 0;
  }
}
