import { tf, type Engine } from '#engine';
import type { MultiplyRows } from '#verification';

/** Products of rows by the engine. The result is one buffer, used again by the next call. */
export function engineMultiply(engine: Engine): MultiplyRows {
  let buffer = new Float32Array(0);
  return async (a, b, dim) => {
    const [height, width] = [a.length / dim, b.length / dim];
    if (buffer.length < height * width) buffer = new Float32Array(height * width);
    const products = tf.tidy(() => tf.matMul(tf.tensor2d(a, [height, dim]), tf.tensor2d(b, [width, dim]), false, true));
    const target = buffer.subarray(0, height * width);
    try {
      await engine.readInto(products, target);
    } finally {
      products.dispose();
    }
    return target;
  };
}
