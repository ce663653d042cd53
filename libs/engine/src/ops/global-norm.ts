import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';

/** L2 norm over all elements of all tensors. */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  return tf.tidy(() => tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))) as Scalar);
}

/**
 * Scales all tensors by `min(1, maxNorm / norm)`. Returns new tensors, in order, and the norm before clipping; nothing is
 * read back. The inputs stay the caller's.
 */
export function clipByGlobalNorm<T extends Tensor>(tensors: readonly T[], maxNorm: number): { clipped: T[]; norm: Scalar } {
  return tf.tidy(() => {
    const norm = globalNorm(tensors);
    const scale = tf.minimum(1, tf.div(maxNorm, norm));
    return { clipped: tensors.map((tensor) => tf.mul(tensor, scale) as T), norm };
  });
}
