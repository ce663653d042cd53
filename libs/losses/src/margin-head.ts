import type { ClassSamplingConfig, OptimizerConfig, SoftmaxLossConfig } from '#contracts';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { openBatch, toFeatureGradient, type HeadBatch } from './batch.js';
import type { Head, HeadRows, HeadSlot, HeadStepInputs, HeadStepResult } from './head.js';
import { chunkBackward, chunkForward, chunkStatistics, disposeForward } from './head-chunk.js';
import type { ChunkForward, StepGradient } from './head-chunk.js';
import type { HeadOptimizer } from './head-optimizers/head-optimizer.js';
import { createHeadOptimizer } from './head-optimizers/registry.js';
import type { MarginLoss } from './losses/margin-loss.js';
import { createLoss } from './losses/registry.js';
import type { ClassRows, StepRows } from './rows/class-rows.js';
import { headSlots } from './rows/head-slots.js';
import { createClassRows } from './rows/registry.js';
import { shardOf } from './shard.js';
import { emptyStatistics, exchangeSoftmax, mergeRow } from './softmax-exchange.js';
import type { RowStatistics } from './softmax-exchange.js';
import { ownTargets, type OwnedTargets } from './targets.js';

// Shapes: B rows of the global batch, D embedding size.

/** Rows of W per chunk: large enough for full-speed products, small enough that a chunk's logits stay in cache. */
export const DEFAULT_CHUNK_SIZE = 1024;
/** Up to this size the logits of all chunks are kept between forward and backward; above, they are computed again. */
export const DEFAULT_KEPT_LOGITS_BYTES = 256 * 1024 * 1024;

export interface MarginHeadOptions {
  readonly loss: SoftmaxLossConfig;
  /** The settings of the backbone's optimizer; the head has its own state, and the rate of each step is given with it. */
  readonly optimizer: OptimizerConfig;
  readonly classSampling: ClassSamplingConfig;
  readonly embeddingSize: number;
  readonly numClasses: number;
  readonly rank: number;
  readonly worldSize: number;
  readonly seed: number;
  readonly engine: Engine;
  /** Classes per chunk. */
  readonly chunkSize?: number;
  readonly keptLogitsBytes?: number;
}

/**
 * The class-center matrix W, split over ranks by classes, with margin, softmax over all ranks, and its own optimizer state:
 * "parallel on x and W". Works chunk by chunk, so that memory is W + optimizer state + O(B x chunk), plus B similarities per
 * row of W while those fit `keptLogitsBytes`. Which rows take part in a step is the business of {@link ClassRows}.
 *
 * N ranks compute what one rank computes, up to the rounding of float32 sums. The head is never clipped.
 */
export class MarginHead implements Head {
  private readonly loss: MarginLoss;
  private readonly optimizer: HeadOptimizer;
  private readonly classRows: ClassRows;

  constructor(private readonly options: MarginHeadOptions) {
    const { engine, numClasses, embeddingSize, rank, worldSize, seed } = options;
    this.loss = createLoss(options.loss);
    this.optimizer = createHeadOptimizer(options.optimizer);
    const { subCenters, hasBias } = this.loss;
    const { stateNames } = this.optimizer;
    this.classRows = createClassRows(options.classSampling, {
      slots: headSlots({ embeddingSize, subCenters, hasBias, seed, stateNames }),
      ...shardOf(numClasses, rank, worldSize),
      chunkSize: options.chunkSize ?? Math.ceil(DEFAULT_CHUNK_SIZE / subCenters),
      numClasses,
      seed,
      engine,
    });
  }

  get slots(): readonly HeadSlot[] {
    return this.classRows.slots;
  }

  get classStart(): number {
    return this.classRows.classStart;
  }

  get numLocalClasses(): number {
    return this.classRows.numLocalClasses;
  }

  /** Uses one collective, an all-gather of 4 floats per row. See {@link Head.step}. */
  async step(inputs: HeadStepInputs): Promise<HeadStepResult> {
    const { labels, step } = inputs;
    const { embeddingSize, numClasses } = this.options;
    const { isNormalized } = this.loss;
    const batch = openBatch(inputs, { embeddingSize, numClasses, isNormalized });
    const rows = await this.classRows.open({ step, labels, features: batch.inputs, collective: inputs.collective });
    try {
      return await this.stepOn(rows, inputs, batch);
    } finally {
      rows.close();
    }
  }

  rows(slot?: string): AsyncGenerator<HeadRows> {
    return this.classRows.rows(slot);
  }

  load(...parameters: Parameters<Head['load']>): Promise<void> {
    return this.classRows.load(...parameters);
  }

  dispose(): void {
    this.classRows.dispose();
  }

  private async stepOn(rows: StepRows, inputs: HeadStepInputs, batch: HeadBatch): Promise<HeadStepResult> {
    const { labels, learningRate, collective, step } = inputs;
    const { numRows } = batch;
    const { embeddingSize, engine, keptLogitsBytes = DEFAULT_KEPT_LOGITS_BYTES } = this.options;
    const { loss, optimizer } = this;

    const targets = await ownTargets(rows, labels, batch, loss, engine);
    const numClasses = rows.chunks.reduce((sum, { size }) => sum + size, 0);
    const keepsLogits = 4 * numRows * numClasses * loss.subCenters <= keptLogitsBytes;
    const inputs_BD = tf.tensor2d(batch.inputs, [numRows, embeddingSize]);
    const held: tf.Tensor[] = [inputs_BD];
    const kept: (ChunkForward | null)[] = [];
    try {
      const inputs_DB = tf.transpose(inputs_BD);
      held.push(inputs_DB);
      const local = await this.forward(rows, inputs_DB, numRows, targets, keepsLogits ? kept : null);
      const agreed = await exchangeSoftmax(local, targets, step, collective);

      // From here on rows change: everything that can fail by agreement has passed.
      const targetGradients = targetGradientsOf(targets, agreed.logSumExp, loss.scale);
      const logFactor = Math.log(loss.scale / numRows);
      const shift_1B = tf.tensor2d(
        Float32Array.from(agreed.logSumExp, (value) => value - logFactor),
        [1, numRows],
      );
      const factor = optimizer.rightFactor(learningRate);
      const right_BD = tf.mul(inputs_BD, factor) as Tensor2D;
      const ones_B1 = loss.hasBias ? tf.fill<tf.Rank.R2>([numRows, 1], factor) : null;
      held.push(shift_1B, right_BD, ...(ones_B1 ? [ones_B1] : []));
      const update = { learningRate, step };
      const gradient: StepGradient = { loss, optimizer, update, shift_1B, inputs_BD: right_BD, ones_B1 };

      let inputGradient_BD: Tensor2D = tf.zeros([numRows, embeddingSize]);
      held.push(inputGradient_BD);
      for (const [index, chunk] of rows.chunks.entries()) {
        const forward = kept[index] ?? chunkForward(chunk.tensors, inputs_DB, loss);
        const chunkTargets = targets.byChunk[index]!;
        const values = chunkTargets.rows.map((row) => targetGradients[row]!);
        const result = chunkBackward(chunk.tensors, forward, chunkTargets, values, gradient);
        disposeForward(forward);
        kept[index] = null;
        await rows.commit(index, result.tensors);
        const sum_BD = tf.add(inputGradient_BD, result.inputGradient_BD) as Tensor2D;
        tf.dispose([inputGradient_BD, result.inputGradient_BD]);
        inputGradient_BD = sum_BD;
        held.push(sum_BD);
      }
      const dFeatures = new Float32Array(batch.inputs.length);
      await engine.readInto(inputGradient_BD, dFeatures);
      toFeatureGradient(dFeatures, batch, embeddingSize);
      return { loss: agreed.loss, dFeatures, metrics: { accuracy: agreed.accuracy, ...rows.metrics } };
    } finally {
      tf.dispose(held);
      for (const forward of kept) if (forward) disposeForward(forward);
    }
  }

  /** Softmax statistics over this rank's classes without the targets; keeps the similarities in `kept` when given. */
  private async forward(
    { chunks, numActive }: StepRows,
    inputs_DB: Tensor2D,
    numRows: number,
    targets: OwnedTargets,
    kept: (ChunkForward | null)[] | null,
  ): Promise<RowStatistics> {
    const local = emptyStatistics(numRows);
    if (chunks.length === 0) return local;
    const { loss } = this;
    const isBounded = isSafeWithoutMaximum(loss.logitBound, numActive);
    const statistics: Tensor2D[] = [];
    let joined: Tensor2D | null = null;
    try {
      for (const [index, { tensors }] of chunks.entries()) {
        const forward = chunkForward(tensors, inputs_DB, loss);
        if (kept) kept[index] = forward;
        statistics.push(...chunkStatistics(forward, targets.byChunk[index]!, loss, isBounded));
        if (!kept) disposeForward(forward);
      }
      joined = tf.concat(statistics, 0);
      const values = new Float32Array(joined.size);
      await this.options.engine.readInto(joined, values);
      if (isBounded) mergeExponentials(local, values);
      else mergeStatistics(local, values);
      return local;
    } finally {
      tf.dispose(statistics);
      joined?.dispose();
    }
  }
}

/** dL/dsimilarity of the owned targets, one entry per row of the batch. */
function targetGradientsOf({ owned, logits, slopes }: OwnedTargets, logSumExp: Float64Array, scale: number): Float64Array {
  const numRows = logits.length;
  const gradients = new Float64Array(numRows);
  for (const row of owned) {
    const probability = Math.exp(logits[row]! - logSumExp[row]!);
    gradients[row] = ((probability - 1) * scale * slopes[row]!) / numRows;
  }
  return gradients;
}

/**
 * True when exp of every logit, and the sum over all classes, is a normal float32 without subtracting the maximum (normal
 * numbers end at exp(+-87)). Targets have no part in it.
 */
function isSafeWithoutMaximum(logitBound: number, numClasses: number): boolean {
  return logitBound + Math.log(numClasses) < 85;
}

/** Merges {@link chunkStatistics} of all chunks, `2 x B` each. */
function mergeStatistics(local: RowStatistics, values: Float32Array): void {
  const numRows = local.max.length;
  for (let at = 0; at < values.length; at += 2 * numRows) {
    for (let row = 0; row < numRows; row++) mergeRow(local, row, values[at + row]!, values[at + numRows + row]!);
  }
}

/** The same for a bounded loss, whose statistics are exp(maximum) and the sum for a maximum of 0. */
function mergeExponentials(local: RowStatistics, values: Float32Array): void {
  const numRows = local.max.length;
  for (let row = 0; row < numRows; row++) {
    let top = 0;
    let sum = 0;
    for (let at = row; at < values.length; at += 2 * numRows) {
      top = Math.max(top, values[at]!);
      sum += values[at + numRows]!;
    }
    // 0 where this rank has no class but the target.
    if (sum !== 0) mergeRow(local, row, Math.log(top), sum / top);
  }
}
