import { expect, it } from 'vitest';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { groupedConv2d } from './grouped-conv2d.js';

/** By definition: output o reads the inputs of group floor(o / outputs per group). */
const reference =
  (groups: number, stride: number, pad: number) =>
  ({ x, filter }: Operands): Float64Array => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const [kh, kw, inputs, outputs] = filter!.shape as [number, number, number, number];
    const outHeight = Math.floor((height + 2 * pad - kh) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - kw) / stride) + 1;
    const y = new Float64Array(batch * outHeight * outWidth * outputs);
    let at = 0;
    for (let b = 0; b < batch; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let o = 0; o < outputs; o++, at++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++)
                for (let i = 0; i < inputs; i++) {
                  const iy = oy * stride + ky - pad;
                  const ix = ox * stride + kx - pad;
                  if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                  const channel = Math.floor(o / (outputs / groups)) * inputs + i;
                  y[at]! +=
                    x!.values[((b * height + iy) * width + ix) * channels + channel]! *
                    filter!.values[((ky * kw + kx) * inputs + i) * outputs + o]!;
                }
    return y;
  };

eachEngine('convolution in groups', () => {
  for (const [size, inputs, outputs, groups, kernel, stride, pad] of [
    [5, 6, 6, 3, 3, 1, 1],
    [6, 8, 4, 4, 3, 2, 1],
    [4, 5, 10, 5, 3, 1, 1],
    [4, 5, 5, 5, 3, 1, 1],
    [7, 12, 6, 6, 7, 1, 0],
    [5, 16, 24, 2, 3, 2, 1],
    [4, 12, 8, 4, 1, 1, 0],
    [5, 4, 6, 1, 3, 1, 1],
    [6, 10, 15, 5, 2, 3, 0],
    [17, 16, 32, 2, 3, 1, 1],
  ] as const) {
    it(`${inputs} -> ${outputs} channels in ${groups} groups, ${kernel}x${kernel} stride ${stride} pad ${pad}`, async () => {
      await checkOp(
        ({ x, filter }) => groupedConv2d(x as Tensor4D, filter as Tensor4D, groups, stride, pad),
        reference(groups, stride, pad),
        { x: operand([2, size, size, inputs], 1), filter: operand([kernel, kernel, inputs / groups, outputs], 2) },
      );
    });
  }

  it('refuses channels that do not fit the groups', () => {
    const [x, filter] = [tf.zeros([1, 3, 3, 6]) as Tensor4D, tf.zeros([3, 3, 2, 8]) as Tensor4D];
    expect(() => groupedConv2d(x, filter, 2, 1, 1)).toThrow(/6 channels in 2 groups/);
    expect(() => groupedConv2d(x, filter, 3, 1, 1)).toThrow(/filter of shape \[3,3,2,8\]/);
    tf.dispose([x, filter]);
  });
});
