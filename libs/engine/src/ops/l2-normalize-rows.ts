import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { defineOp, input } from '../define-op.js';
import { tf } from '../tf.js';

const forward = defineOp({
  name: 'ArcL2NormalizeRows',
  compose: (inputs, attrs) => {
    const x = input(inputs, 'x');
    const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), attrs.eps as number));
    return [tf.mul(x, inverse), inverse];
  },
  gradient: {
    inputsToSave: [],
    outputsToSave: [true, true],
    // dx = (dy - y (y . dy)) / |x|; exact with eps inside the root
    compute: (dys, saved) => ({
      x: () => {
        const [y, inverse] = saved;
        const dy = (dys as Tensor[])[0]!;
        return tf.mul(tf.sub(dy, tf.mul(y!, tf.sum(tf.mul(y!, dy), 1, true))), inverse!);
      },
    }),
  },
});

/** Rows of unit length: `x / sqrt(sum(x^2) + eps)`, `[B, D]`; a row of zeros stays zero. */
export function l2NormalizeRows(x: Tensor2D, eps = 1e-10): Tensor2D {
  return tf.tidy(() => forward({ x }, { eps })[0] as Tensor2D);
}
