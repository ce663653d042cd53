import { expect, it } from 'vitest';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { averagePool2d, maxPool2d } from './pooling.js';

/** Folds the pixels of each window that lie in the image. */
const reference =
  (size: number, stride: number, pad: number, fold: (values: readonly number[]) => number) =>
  ({ x }: Operands): Float64Array => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const outHeight = Math.floor((height + 2 * pad - size) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - size) / stride) + 1;
    const y: number[] = [];
    for (let b = 0; b < batch; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let c = 0; c < channels; c++) {
            const values: number[] = [];
            for (let iy = oy * stride - pad; iy < oy * stride - pad + size; iy++)
              for (let ix = ox * stride - pad; ix < ox * stride - pad + size; ix++)
                if (iy >= 0 && iy < height && ix >= 0 && ix < width)
                  values.push(x!.values[((b * height + iy) * width + ix) * channels + c]!);
            y.push(fold(values));
          }
    return Float64Array.from(y);
  };

eachEngine('pooling', () => {
  for (const [height, width, channels, size, stride, pad] of [
    [6, 6, 3, 3, 2, 1],
    [7, 5, 4, 3, 2, 1],
    [5, 6, 8, 2, 2, 0],
    [4, 4, 5, 3, 1, 1],
    [7, 7, 2, 7, 1, 0],
  ] as const) {
    it(`max ${height}x${width}x${channels}, ${size}x${size} stride ${stride} pad ${pad}`, async () => {
      const op = ({ x }: Record<string, Tensor>) => maxPool2d(x as Tensor4D, size, stride, pad);
      await checkOp(
        op,
        reference(size, stride, pad, (values) => Math.max(...values)),
        {
          x: operand([2, height, width, channels], 1),
        },
      );
    });
  }

  for (const [height, width, channels, size, stride] of [
    [5, 6, 8, 2, 2],
    [6, 6, 3, 3, 1],
    [7, 7, 2, 7, 1],
    [4, 5, 21, 2, 3],
  ] as const) {
    it(`average ${height}x${width}x${channels}, ${size}x${size} stride ${stride}`, async () => {
      const op = ({ x }: Record<string, Tensor>) => averagePool2d(x as Tensor4D, size, stride);
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / size ** 2;
      await checkOp(op, reference(size, stride, 0, mean), { x: operand([2, height, width, channels], 1) });
    });
  }

  it('takes no added pixel for the largest', async () => {
    const x = tf.fill([1, 2, 2, 1], -3) as Tensor4D;
    const y = maxPool2d(x, 3, 2, 1);
    expect([...(await y.data())]).toEqual([-3]);
    tf.dispose([x, y]);
  });

  it('gives the gradient of equal values to one of them', async () => {
    const [x, dy] = [tf.ones([1, 2, 2, 5]) as Tensor4D, tf.ones([1, 1, 1, 5])];
    const dx = tf.grad((each) => maxPool2d(each as Tensor4D, 3, 2, 1))(x, dy);
    expect([...(await dx.data())].reduce((sum, value) => sum + value)).toBe(5);
    tf.dispose([x, dy, dx]);
  });
});
