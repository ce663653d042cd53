import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';

// Shapes: B rows of the global batch, D embedding size, K classes of one chunk. Logits stand as K x B, because so two of the
// three products (forward and dW) need no transpose.

/** Added under the root of every norm, so that a zero row has a direction (zero) and a finite gradient. */
export const NORM_EPSILON = 1e-10;

/** Targets that lie in a chunk, as flat parallel lists. */
export interface ChunkTargets {
  /** Pairs (class in chunk, row in batch). */
  readonly indices: [number, number][];
  /** Row in batch of each pair. */
  readonly rows: number[];
}

export interface ChunkForward {
  /** Scaled cosines without margin, K x B. */
  readonly logits_KB: Tensor2D;
  /** 1 / sqrt(|w|^2 + epsilon), K x 1. */
  readonly inverseNorm_K1: Tensor2D;
}

/** Scaled cosines of one chunk. Caller disposes. */
export function chunkLogits(centers_KD: Tensor2D, unit_DB: Tensor2D, scale: number): ChunkForward {
  return tf.tidy(() => {
    const inverseNorm_K1 = tf.rsqrt(tf.add(tf.sum(tf.square(centers_KD), 1, true), NORM_EPSILON)) as Tensor2D;
    const logits_KB = tf.mul(tf.matMul(centers_KD, unit_DB), tf.mul(inverseNorm_K1, scale)) as Tensor2D;
    return { logits_KB, inverseNorm_K1 };
  });
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
 * Row statistics of one chunk: maximum and sum of exp(logit - maximum), 2 x B. With `isBounded` only the sum, 1 x B, for a
 * maximum of 0: the caller knows that exp can neither overflow nor vanish.
 */
export function chunkStatistics(
  logits_KB: Tensor2D,
  targets: ChunkTargets,
  targetLogits: readonly number[],
  isBounded: boolean,
): Tensor2D {
  return tf.tidy(() => {
    if (isBounded) {
      const exponentials_KB = withTargets(tf.exp(logits_KB), targets, targetLogits.map(Math.exp));
      return tf.sum(exponentials_KB, 0, true) as Tensor2D;
    }
    const margined_KB = withTargets(tf.add(logits_KB, 0), targets, targetLogits);
    const max_1B = tf.max(margined_KB, 0, true);
    const sum_1B = tf.sum(tf.exp(tf.sub(margined_KB, max_1B)), 0, true);
    return tf.concat([max_1B, sum_1B], 0) as Tensor2D;
  });
}

export interface ChunkBackwardInputs {
  readonly centers_KD: Tensor2D;
  readonly velocity_KD: Tensor2D;
  readonly forward: ChunkForward;
  /** log-sum-exp - log(scale / B), 1 x B: exp(logit - this) is dL/dcos of a non-target. */
  readonly shift_1B: Tensor2D;
  readonly targets: ChunkTargets;
  /** dL/dcos of the chunk's targets. */
  readonly targetGradients: readonly number[];
  /** -learningRate times the unit features, B x D. */
  readonly descent_BD: Tensor2D;
  readonly scale: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * Backward of one chunk and its update. With g = dL/dcos, i = 1/|w| and r_k = sum_b g_kb cos_kb:
 * sum_k g_kb w_k i_k is returned from the old rows (gradient by unit features);
 * dW = i (g x^) - i^2 r w; v <- momentum v - lr (dW + weightDecay w); w <- w + v (MXNet's form of SGD).
 */
export function chunkBackward(inputs: ChunkBackwardInputs): {
  unitGradient_BD: Tensor2D;
  centers_KD: Tensor2D;
  velocity_KD: Tensor2D;
} {
  const { centers_KD, velocity_KD, forward, shift_1B, targets, targetGradients, descent_BD } = inputs;
  const { scale, learningRate, momentum, weightDecay } = inputs;
  const { logits_KB, inverseNorm_K1 } = forward;
  return tf.tidy(() => {
    const cosGradient_KB = withTargets(tf.exp(tf.sub(logits_KB, shift_1B)) as Tensor2D, targets, targetGradients);
    const scaled_KB = tf.mul(cosGradient_KB, inverseNorm_K1) as Tensor2D;
    const unitGradient_BD = tf.matMul(scaled_KB, centers_KD, true, false) as Tensor2D;
    // i^2 r = i / scale * sum_b (g i) logit, because logit = scale cos.
    const radial_K1 = tf.mul(tf.sum(tf.mul(scaled_KB, logits_KB), 1, true), inverseNorm_K1);
    const pull_K1 = tf.sub(tf.mul(radial_K1, learningRate / scale), learningRate * weightDecay);
    const nextVelocity_KD = tf.addN([
      tf.mul(velocity_KD, momentum),
      tf.matMul(scaled_KB, descent_BD),
      tf.mul(centers_KD, pull_K1),
    ]) as Tensor2D;
    return { unitGradient_BD, centers_KD: tf.add(centers_KD, nextVelocity_KD) as Tensor2D, velocity_KD: nextVelocity_KD };
  });
}
