import { ArcFleetError } from '#contracts';
import type { OptimizerConfig, SoftmaxLossConfig } from '#contracts';
import type { Payload } from '#collective';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ClassCenterShard } from './class-center-shard.js';
import type { CenterRows } from './class-center-shard.js';
import type { HeadStepInputs, HeadStepResult } from './head.js';
import { chunkBackward, chunkLogits, chunkStatistics, NORM_EPSILON } from './head-chunk.js';
import type { ChunkForward, ChunkTargets } from './head-chunk.js';
import type { MarginLoss } from './losses/margin-loss.js';
import { createLoss } from './losses/registry.js';
import { emptyStatistics, exchangeSoftmax, mergeRow } from './softmax-exchange.js';
import type { RowStatistics } from './softmax-exchange.js';

// Shapes: B rows of the global batch, D embedding size, K classes of one chunk, T targets owned by this rank.

/** Classes per chunk: large enough for full-speed products, small enough that a chunk's logits stay in cache. */
export const DEFAULT_CHUNK_SIZE = 1024;
/** Up to this size the logits of all chunks are kept between forward and backward; above, they are computed again. */
export const DEFAULT_KEPT_LOGITS_BYTES = 256 * 1024 * 1024;

export interface MarginHeadOptions {
  readonly loss: SoftmaxLossConfig;
  readonly optimizer: Pick<Extract<OptimizerConfig, { name: 'sgd' }>, 'momentum' | 'weightDecay'>;
  readonly embeddingSize: number;
  readonly numClasses: number;
  readonly rank: number;
  readonly worldSize: number;
  readonly seed: number;
  readonly engine: Engine;
  readonly chunkSize?: number;
  readonly keptLogitsBytes?: number;
}

/**
 * The class-center matrix W, split over ranks by classes, with margin, softmax over all ranks, and its own optimizer
 * (SGD with momentum): "parallel on x and W". Works chunk by chunk, so that memory is W + momentum + O(B x chunk), plus B
 * logits per class while those fit `keptLogitsBytes`.
 *
 * N ranks compute what one rank computes, up to the rounding of float32 sums. The head is never clipped.
 */
export class MarginHead {
  private readonly loss: MarginLoss;
  private readonly shard: ClassCenterShard;

  constructor(private readonly options: MarginHeadOptions) {
    this.loss = createLoss(options.loss);
    const { engine, numClasses, embeddingSize, rank, worldSize, seed, chunkSize = DEFAULT_CHUNK_SIZE } = options;
    this.shard = new ClassCenterShard({ engine, numClasses, embeddingSize, rank, worldSize, seed, chunkSize });
  }

  get classStart(): number {
    return this.shard.classStart;
  }

  get numLocalClasses(): number {
    return this.shard.numLocalClasses;
  }

  /**
   * One step: loss of the global batch, gradient by the embeddings, and the update of this rank's rows. All ranks call it with
   * the same features and labels. Uses one collective (an all-gather of 4 floats per row).
   *
   * @throws ArcFleetError `non_finite` on all ranks, before anything changed, naming step and rank; `dataset_invalid` for a
   *   label out of range; `shape_mismatch`; and what the collective throws.
   */
  async step(inputs: HeadStepInputs): Promise<HeadStepResult> {
    const { labels, learningRate, collective, step } = inputs;
    const batch = this.openBatch(inputs);
    const { numRows, features, unit, inverseNorm } = batch;
    const { embeddingSize, engine } = this.options;
    const { momentum, weightDecay } = this.options.optimizer;
    const { scale } = this.loss;

    const targets = this.locateTargets(labels);
    const { logits: targetLogits, slopes } = await this.targetLogits(unit, targets, labels);

    const keepsLogits = 4 * numRows * this.numLocalClasses <= (this.options.keptLogitsBytes ?? DEFAULT_KEPT_LOGITS_BYTES);
    const unit_BD = tf.tensor2d(unit, [numRows, embeddingSize]);
    const held: tf.Tensor[] = [unit_BD];
    const kept: (ChunkForward | null)[] = [];
    try {
      const unit_DB = tf.transpose(unit_BD);
      held.push(unit_DB);
      const local = await this.forward(unit_DB, numRows, targets, targetLogits, keepsLogits ? kept : null);
      const { logSumExp, loss } = await exchangeSoftmax(local, targetLogits, targets.owned, step, collective);

      // From here on rows change: everything that can fail by agreement has passed.
      const targetGradients = new Float64Array(numRows);
      for (const row of targets.owned) {
        const probability = Math.exp(targetLogits[row]! - logSumExp[row]!);
        targetGradients[row] = ((probability - 1) * scale * slopes[row]!) / numRows;
      }
      const logFactor = Math.log(scale / numRows);
      const shift_1B = tf.tensor2d(
        Float32Array.from(logSumExp, (value) => value - logFactor),
        [1, numRows],
      );
      const descent_BD = tf.mul(unit_BD, -learningRate) as Tensor2D;
      held.push(shift_1B, descent_BD);

      let unitGradient_BD: Tensor2D = tf.zeros([numRows, embeddingSize]);
      held.push(unitGradient_BD);
      for (const [index, chunk] of this.shard.chunks.entries()) {
        const forward = kept[index] ?? chunkLogits(chunk.centers_KD, unit_DB, scale);
        const chunkTargets = targets.byChunk[index]!;
        const result = chunkBackward({
          centers_KD: chunk.centers_KD,
          velocity_KD: chunk.velocity_KD,
          forward,
          shift_1B,
          targets: chunkTargets,
          targetGradients: chunkTargets.rows.map((row) => targetGradients[row]!),
          descent_BD,
          scale,
          learningRate,
          // By name: at run time this is the run's whole optimizer configuration, with a learning rate of its own.
          momentum,
          weightDecay,
        });
        tf.dispose([forward.logits_KB, forward.inverseNorm_K1]);
        kept[index] = null;
        this.shard.replace(chunk, result.centers_KD, result.velocity_KD);
        const sum_BD = tf.add(unitGradient_BD, result.unitGradient_BD) as Tensor2D;
        tf.dispose([unitGradient_BD, result.unitGradient_BD]);
        unitGradient_BD = sum_BD;
        held.push(sum_BD);
      }
      const dFeatures = new Float32Array(features.length);
      await engine.readInto(unitGradient_BD, dFeatures);
      throughNormalization(dFeatures, unit, inverseNorm, embeddingSize);
      return { loss, dFeatures };
    } finally {
      tf.dispose(held);
      for (const forward of kept) if (forward) tf.dispose([forward.logits_KB, forward.inverseNorm_K1]);
    }
  }

  /** The rank's rows of W and momentum for a checkpoint, chunk by chunk in class order. */
  weights(): AsyncGenerator<CenterRows> {
    return this.shard.rows();
  }

  /** Replaces all rows; `read` answers for ranges of global classes, so any split can be the source. */
  load(...parameters: Parameters<ClassCenterShard['load']>): Promise<void> {
    return this.shard.load(...parameters);
  }

  dispose(): void {
    this.shard.dispose();
  }

  /** Joins and checks the batch, and normalises its rows in float64. */
  private openBatch({ features: given, labels, step }: HeadStepInputs) {
    const { embeddingSize, numClasses } = this.options;
    const features = given instanceof Float32Array ? given : joinPayloads(given);
    const numRows = labels.length;
    if (numRows === 0 || features.length !== numRows * embeddingSize) {
      throw new ArcFleetError(
        'shape_mismatch',
        `Step ${step}: ${features.length} feature values do not make ${numRows} rows of ${embeddingSize}`,
        { step, numRows, embeddingSize },
      );
    }
    const badRow = labels.findIndex((label) => label < 0 || label >= numClasses);
    if (badRow >= 0) {
      throw new ArcFleetError('dataset_invalid', `Step ${step}: label ${labels[badRow]} is not in 0..${numClasses - 1}`, {
        step,
        row: badRow,
        label: labels[badRow],
        numClasses,
      });
    }
    const unit = new Float32Array(features.length);
    const inverseNorm = new Float64Array(numRows);
    for (let row = 0; row < numRows; row++) {
      let sum = NORM_EPSILON;
      const end = (row + 1) * embeddingSize;
      for (let at = row * embeddingSize; at < end; at++) sum += features[at]! * features[at]!;
      if (!Number.isFinite(sum)) {
        // All ranks see the same gathered features, so all throw here together.
        const rank = given instanceof Float32Array ? null : rankOfRow(given, row, embeddingSize);
        const from = rank === null ? '' : ` of rank ${rank}`;
        throw new ArcFleetError('non_finite', `Step ${step}: the embeddings${from} are not finite (row ${row} of the batch)`, {
          step,
          rank,
          row,
        });
      }
      const inverse = 1 / Math.sqrt(sum);
      inverseNorm[row] = inverse;
      for (let at = row * embeddingSize; at < end; at++) unit[at] = features[at]! * inverse;
    }
    return { numRows, features, unit, inverseNorm };
  }

  /** Which rows have their target here, and where. */
  private locateTargets(labels: Int32Array): { owned: number[]; byChunk: ChunkTargets[] } {
    const { chunkSize = DEFAULT_CHUNK_SIZE } = this.options;
    const owned: number[] = [];
    const byChunk = this.shard.chunks.map((): ChunkTargets => ({ indices: [], rows: [] }));
    for (const [row, label] of labels.entries()) {
      const local = label - this.classStart;
      if (local < 0 || local >= this.numLocalClasses) continue;
      const targets = byChunk[Math.floor(local / chunkSize)]!;
      targets.indices.push([local % chunkSize, row]);
      targets.rows.push(row);
      owned.push(row);
    }
    return { owned, byChunk };
  }

  /**
   * Logits with margin of the owned targets and the margin's slope, in float64 from the rows of W that they need (at most B x D
   * numbers are read back). NaN in rows that another rank owns.
   */
  private async targetLogits(unit: Float32Array, targets: { owned: number[]; byChunk: ChunkTargets[] }, labels: Int32Array) {
    const { embeddingSize, engine } = this.options;
    const logits = new Float64Array(labels.length).fill(NaN);
    const slopes = new Float64Array(labels.length).fill(NaN);
    if (targets.owned.length === 0) return { logits, slopes };

    const order = targets.byChunk.flatMap(({ rows }) => rows);
    const centers_TD = tf.tidy(() => {
      const parts = targets.byChunk.flatMap(({ indices }, index) => {
        if (indices.length === 0) return [];
        const at = tf.tensor1d(
          indices.map(([local]) => local),
          'int32',
        );
        return [tf.gather(this.shard.chunks[index]!.centers_KD, at)];
      });
      return tf.concat(parts, 0);
    });
    const centers = new Float32Array(order.length * embeddingSize);
    try {
      await engine.readInto(centers_TD, centers);
    } finally {
      centers_TD.dispose();
    }
    for (const [position, row] of order.entries()) {
      let dot = 0;
      let sum = NORM_EPSILON;
      for (let d = 0; d < embeddingSize; d++) {
        const weight = centers[position * embeddingSize + d]!;
        dot += weight * unit[row * embeddingSize + d]!;
        sum += weight * weight;
      }
      // min/max keep NaN, which the exchange reports.
      const cosine = Math.min(1, Math.max(-1, dot / Math.sqrt(sum)));
      const { value, slope } = this.loss.targetLogit(cosine);
      logits[row] = this.loss.scale * value;
      slopes[row] = slope;
    }
    return { logits, slopes };
  }

  /** Softmax statistics over this rank's classes; keeps the logits in `kept` when given. */
  private async forward(
    unit_DB: Tensor2D,
    numRows: number,
    targets: { byChunk: ChunkTargets[] },
    targetLogits: Float64Array,
    kept: (ChunkForward | null)[] | null,
  ): Promise<RowStatistics> {
    const local = emptyStatistics(numRows);
    const { chunks } = this.shard;
    if (chunks.length === 0) return local;
    const isBounded = isSafeWithoutMaximum(this.loss.logitBound, this.options.numClasses);
    const statistics: Tensor2D[] = [];
    let joined: Tensor2D | null = null;
    try {
      for (const [index, chunk] of chunks.entries()) {
        const forward = chunkLogits(chunk.centers_KD, unit_DB, this.loss.scale);
        if (kept) kept[index] = forward;
        const chunkTargets = targets.byChunk[index]!;
        const values = chunkTargets.rows.map((row) => targetLogits[row]!);
        statistics.push(chunkStatistics(forward.logits_KB, chunkTargets, values, isBounded));
        if (!kept) tf.dispose([forward.logits_KB, forward.inverseNorm_K1]);
      }
      joined = tf.concat(statistics, 0);
      const values = new Float32Array(joined.size);
      await this.options.engine.readInto(joined, values);
      const perChunk = values.length / chunks.length;
      for (let index = 0; index < chunks.length; index++) {
        const at = index * perChunk;
        for (let row = 0; row < numRows; row++) {
          if (isBounded) mergeRow(local, row, 0, values[at + row]!);
          else mergeRow(local, row, values[at + row]!, values[at + numRows + row]!);
        }
      }
      return local;
    } finally {
      tf.dispose(statistics);
      joined?.dispose();
    }
  }
}

/**
 * True when exp of every logit, and the sum over all classes, is a normal float32 without subtracting the maximum (normal
 * numbers end at exp(+-87)).
 */
function isSafeWithoutMaximum(logitBound: number, numClasses: number): boolean {
  return logitBound + Math.log(numClasses) < 85;
}

/** Gradient by unit rows to gradient by rows, in place: u -> (u - x^ (x^ . u)) / |x|. */
function throughNormalization(
  gradient: Float32Array,
  unit: Float32Array,
  inverseNorm: Float64Array,
  embeddingSize: number,
): void {
  for (const [row, inverse] of inverseNorm.entries()) {
    const start = row * embeddingSize;
    const end = start + embeddingSize;
    let dot = 0;
    for (let at = start; at < end; at++) dot += gradient[at]! * unit[at]!;
    for (let at = start; at < end; at++) gradient[at] = (gradient[at]! - unit[at]! * dot) * inverse;
  }
}

function joinPayloads(payloads: readonly Payload[]): Float32Array {
  const length = payloads.reduce((sum, { data }) => sum + data.length, 0);
  const joined = new Float32Array(length);
  let offset = 0;
  for (const { dtype, data } of payloads) {
    if (dtype !== 'float32') throw new ArcFleetError('shape_mismatch', `Features must be float32, not ${dtype}`);
    joined.set(data, offset);
    offset += data.length;
  }
  return joined;
}

function rankOfRow(payloads: readonly Payload[], row: number, embeddingSize: number): number {
  let rows = 0;
  for (const [rank, { data }] of payloads.entries()) {
    rows += data.length / embeddingSize;
    if (row < rows) return rank;
  }
  return payloads.length - 1;
}
