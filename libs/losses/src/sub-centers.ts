import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';

// A chunk of K classes with S sub-centers each has R = S K rows: the first sub-centers of all classes, then the second ones ...

const piece = (rows: Tensor2D, index: number, numClasses: number): Tensor2D =>
  tf.slice(rows, [index * numClasses, 0], [numClasses, rows.shape[1]]);

/** Per class the largest similarity of its sub-centers, K x B; with one sub-center the very same tensor. */
export function nearestSubCenters(similarity_RB: Tensor2D, subCenters: number): Tensor2D {
  if (subCenters === 1) return similarity_RB;
  const numClasses = similarity_RB.shape[0] / subCenters;
  let nearest_KB = piece(similarity_RB, 0, numClasses);
  for (let k = 1; k < subCenters; k++) nearest_KB = tf.maximum(nearest_KB, piece(similarity_RB, k, numClasses));
  return nearest_KB;
}

/**
 * Gradient by each class's nearest similarity as a gradient by all rows, R x B: it goes to the nearest sub-center, of equally
 * near ones to the first, and 0 to the others.
 */
export function toSubCenters(gradient_KB: Tensor2D, similarity_RB: Tensor2D, subCenters: number): Tensor2D {
  if (subCenters === 1) return gradient_KB;
  const numClasses = gradient_KB.shape[0];
  let nearest_KB = piece(similarity_RB, 0, numClasses);
  const isNearer: Tensor2D[] = [];
  for (let k = 1; k < subCenters; k++) {
    const own_KB = piece(similarity_RB, k, numClasses);
    isNearer.push(tf.cast(tf.greater(own_KB, nearest_KB), 'float32'));
    nearest_KB = tf.maximum(nearest_KB, own_KB);
  }
  // The last one that was nearer than all before it has the gradient; what nobody took is the first one's.
  let left_KB = gradient_KB;
  const parts: Tensor2D[] = [];
  for (const mask_KB of isNearer.reverse()) {
    const taken_KB = tf.mul(left_KB, mask_KB) as Tensor2D;
    parts.unshift(taken_KB);
    left_KB = tf.sub(left_KB, taken_KB);
  }
  return tf.concat([left_KB, ...parts], 0);
}
