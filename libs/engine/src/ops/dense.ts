import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';

/** `x [B, In] · weight [In, Out] (+ bias [Out])`. */
export function dense(x: Tensor2D, weight: Tensor2D, bias: Tensor1D | null = null): Tensor2D {
  return tf.tidy(() => {
    const product = tf.matMul(x, weight) as Tensor2D;
    return bias === null ? product : (tf.add(product, bias) as Tensor2D);
  });
}
