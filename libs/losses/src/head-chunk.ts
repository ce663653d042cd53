import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { NORM_EPSILON } from './batch.js';
import type { FactoredGradient, HeadOptimizer, HeadUpdate } from './head-optimizers/head-optimizer.js';
import type { MarginLoss } from './losses/margin-loss.js';
import { stateSlot, type SlotTensors } from './rows/head-slots.js';
import { nearestSubCenters, toSubCenters } from './sub-centers.js';

// Shapes: B rows of the global batch, D embedding size, K classes of one chunk, R rows of W of one chunk (K times the
// sub-centers). Logits stand as K x B, because so two of the three products (forward and dW) need no transpose.

/** Targets that lie in a chunk, as flat parallel lists. */
export interface ChunkTargets {
  /** Pairs (class in chunk, row in batch). */
  readonly indices: [number, number][];
  /** Row in batch of each pair. */
  readonly rows: number[];
}

export interface ChunkForward {
  /** Scaled similarities without margin, R x B. */
  readonly similarity_RB: Tensor2D;
  /** 1 / sqrt(|w|^2 + epsilon), R x 1; absent where W is not normalised. */
  readonly inverseNorm_R1?: Tensor2D;
}

/** Scaled similarities of one chunk. Caller disposes. */
export function chunkForward({ centers, bias }: SlotTensors, inputs_DB: Tensor2D, loss: MarginLoss): ChunkForward {
  return tf.tidy((): { similarity_RB: Tensor2D; inverseNorm_R1?: Tensor2D } => {
    const centers_RD = centers!;
    const product_RB = tf.matMul(centers_RD, inputs_DB) as Tensor2D;
    if (!loss.isNormalized) return { similarity_RB: bias ? tf.add(product_RB, bias) : product_RB };
    const inverseNorm_R1 = tf.rsqrt(tf.add(tf.sum(tf.square(centers_RD), 1, true), NORM_EPSILON)) as Tensor2D;
    return { similarity_RB: tf.mul(product_RB, tf.mul(inverseNorm_R1, loss.scale)) as Tensor2D, inverseNorm_R1 };
  });
}

export function disposeForward({ similarity_RB, inverseNorm_R1 }: ChunkForward): void {
  similarity_RB.dispose();
  inverseNorm_R1?.dispose();
}

/**
 * `fresh_KB` with other values at the targets; without targets the very same tensor. `fresh_KB` must be a temporary that
 * nobody reads again: the cpu backend of tfjs 4.22 writes the update into its input.
 */
function withTargets(fresh_KB: Tensor2D, targets: ChunkTargets, values: readonly number[]): Tensor2D {
  if (targets.indices.length === 0) return fresh_KB;
  return tf.tensorScatterUpdate(fresh_KB, tf.tensor2d(targets.indices, undefined, 'int32'), tf.tensor1d([...values])) as Tensor2D;
}

/**
 * The logits without margin of a chunk's classes, K x B: of the nearest sub-center, 0 where interclass filtering takes one out.
 * `mask_KB` is 0 there and 1 elsewhere; null without filtering. Without either the logits are the very tensor given.
 */
function classLogits(
  similarity_RB: Tensor2D,
  { subCenters, filterThreshold, scale }: MarginLoss,
): { logits_KB: Tensor2D; mask_KB: Tensor2D | null } {
  const nearest_KB = nearestSubCenters(similarity_RB, subCenters);
  if (filterThreshold === null) return { logits_KB: nearest_KB, mask_KB: null };
  const mask_KB: Tensor2D = tf.cast(tf.lessEqual(nearest_KB, filterThreshold * scale), 'float32');
  return { logits_KB: tf.mul(nearest_KB, mask_KB), mask_KB };
}

/** Stands for "no logit" where a maximum is taken; finite, so that its difference to itself is a number. */
const NO_LOGIT = -3e38;

/**
 * Row statistics of one chunk without its targets: maximum and sum of exp(logit - maximum), 1 x B each. With `isBounded` those
 * of exp(logit) itself: the caller knows that it can neither overflow nor vanish.
 */
export function chunkStatistics(
  { similarity_RB }: ChunkForward,
  targets: ChunkTargets,
  loss: MarginLoss,
  isBounded: boolean,
): [max_1B: Tensor2D, sum_1B: Tensor2D] {
  return tf.tidy(() => {
    const { logits_KB } = classLogits(similarity_RB, loss);
    // The largest of several numbers may hide a NaN among them (wasm), which must reach the exchange.
    const checked = (sum_1B: tf.Tensor) =>
      (loss.subCenters === 1 ? sum_1B : tf.add(sum_1B, tf.mul(tf.sum(similarity_RB), 0))) as Tensor2D;
    const without = (fresh_KB: Tensor2D, value: number) =>
      withTargets(fresh_KB, targets, new Array(targets.rows.length).fill(value));
    if (isBounded) {
      const exponentials_KB = without(tf.exp(logits_KB), 0);
      return [tf.max(exponentials_KB, 0, true) as Tensor2D, checked(tf.sum(exponentials_KB, 0, true))];
    }
    const others_KB = without(tf.add(logits_KB, 0), NO_LOGIT);
    const max_1B = tf.max(others_KB, 0, true) as Tensor2D;
    return [max_1B, checked(tf.sum(tf.exp(tf.sub(others_KB, max_1B)), 0, true))];
  });
}

/** What the backward pass of every chunk of a step shares. */
export interface StepGradient {
  readonly loss: MarginLoss;
  readonly optimizer: HeadOptimizer;
  readonly update: HeadUpdate;
  /** log-sum-exp - log(scale / B), 1 x B: exp(logit - this) is dL/dsimilarity of a non-target. */
  readonly shift_1B: Tensor2D;
  /** The batch's inputs times the optimizer's factor, B x D. */
  readonly inputs_BD: Tensor2D;
  /** Ones times the same factor, B x 1; null without bias. */
  readonly ones_B1: Tensor2D | null;
}

/**
 * Backward of one chunk and its update. With g = dL/dcos, i = 1/|w| and r_k = sum_b g_kb cos_kb: `inputGradient_BD` is
 * sum_k g_kb w_k i_k from the old rows; dW = i (g x^) - i^2 r w. Without normalisation it is sum_k g_kb w_k and dW = g x.
 *
 * @param targetGradients dL/dsimilarity of the chunk's targets.
 */
export function chunkBackward(
  tensors: SlotTensors,
  forward: ChunkForward,
  targets: ChunkTargets,
  targetGradients: readonly number[],
  step: StepGradient,
): { inputGradient_BD: Tensor2D; tensors: SlotTensors } {
  const { loss, shift_1B, inputs_BD, ones_B1 } = step;
  const { similarity_RB, inverseNorm_R1 } = forward;
  return tf.tidy(() => {
    const { logits_KB, mask_KB } = classLogits(similarity_RB, loss);
    const probability_KB = tf.exp(tf.sub(logits_KB, shift_1B)) as Tensor2D;
    const others_KB: Tensor2D = mask_KB ? tf.mul(probability_KB, mask_KB) : probability_KB;
    const gradient_KB = withTargets(others_KB, targets, targetGradients);
    const gradient_RB = toSubCenters(gradient_KB, similarity_RB, loss.subCenters);
    const left_RB = inverseNorm_R1 ? (tf.mul(gradient_RB, inverseNorm_R1) as Tensor2D) : gradient_RB;
    const inputGradient_BD = tf.matMul(left_RB, tensors.centers!, true, false) as Tensor2D;
    // i^2 r = i / scale * sum_b (g i) logit, because logit = scale cos.
    const radial_R1: Tensor2D | null = inverseNorm_R1
      ? tf.mul(tf.sum(tf.mul(left_RB, similarity_RB), 1, true), inverseNorm_R1)
      : null;
    const next: Record<string, Tensor2D> = updated('centers', tensors, step, {
      left_RB,
      right: inputs_BD,
      radial_R1,
      radialFactor: 1 / loss.scale,
    });
    if (ones_B1) {
      Object.assign(next, updated('bias', tensors, step, { left_RB, right: ones_B1, radial_R1: null, radialFactor: 0 }));
    }
    return { inputGradient_BD, tensors: next };
  });
}

/** The slots of one parameter after the update. */
function updated(
  parameter: 'centers' | 'bias',
  tensors: SlotTensors,
  { optimizer, update }: StepGradient,
  gradient: FactoredGradient,
): Record<string, Tensor2D> {
  const states = optimizer.stateNames.map((state) => stateSlot(parameter, state));
  const [next, ...nextStates] = optimizer.apply(
    tensors[parameter]!,
    states.map((slot) => tensors[slot]!),
    gradient,
    update,
  );
  return { [parameter]: next, ...Object.fromEntries(states.map((slot, index) => [slot, nextStates[index]!])) };
}
