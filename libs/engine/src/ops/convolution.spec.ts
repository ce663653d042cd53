import { it } from 'vitest';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { conv2d } from './conv2d.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';

/** Both convolutions by their definition; `depthwise` reads channel c of the input only for channel c of the output. */
const reference =
  (stride: number, pad: number, depthwise: boolean) =>
  ({ x, filter }: Operands): Float64Array => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const [kh, kw, , last] = filter!.shape as [number, number, number, number];
    const outputs = depthwise ? channels : last;
    const outHeight = Math.floor((height + 2 * pad - kh) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - kw) / stride) + 1;
    const y = new Float64Array(batch * outHeight * outWidth * outputs);
    let at = 0;
    for (let b = 0; b < batch; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let o = 0; o < outputs; o++, at++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const iy = oy * stride + ky - pad;
                const ix = ox * stride + kx - pad;
                if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                const pixel = ((b * height + iy) * width + ix) * channels;
                const tap = (ky * kw + kx) * channels;
                if (depthwise) y[at]! += x!.values[pixel + o]! * filter!.values[tap + o]!;
                else
                  for (let c = 0; c < channels; c++) y[at]! += x!.values[pixel + c]! * filter!.values[(tap + c) * outputs + o]!;
              }
    return y;
  };

eachEngine('convolution', () => {
  for (const [height, width, inputs, outputs, kernel, stride, pad] of [
    [4, 5, 3, 4, 1, 1, 0],
    [3, 3, 8, 9, 1, 1, 0],
    [5, 4, 4, 3, 1, 2, 0],
    [5, 6, 3, 5, 3, 1, 1],
    [6, 6, 4, 8, 3, 2, 1],
    [7, 5, 2, 3, 3, 2, 1],
    [8, 8, 3, 4, 4, 4, 0],
    [7, 7, 2, 2, 3, 1, 0],
    [7, 6, 2, 3, 2, 3, 0],
    [1, 1, 1, 1, 1, 1, 0],
    [1, 1, 5, 6, 3, 1, 1],
    [4, 4, 21, 33, 3, 1, 1],
    [2, 3, 6, 5, 3, 1, 2],
    [17, 17, 2, 3, 3, 1, 1],
    [2, 300, 3, 2, 2, 1, 1],
    [17, 17, 9, 8, 1, 1, 0],
  ] as const) {
    it(`conv ${height}x${width}x${inputs} -> ${outputs}, ${kernel}x${kernel} stride ${stride} pad ${pad}`, async () => {
      await checkOp(({ x, filter }) => conv2d(x as Tensor4D, filter as Tensor4D, stride, pad), reference(stride, pad, false), {
        x: operand([2, height, width, inputs], 1),
        filter: operand([kernel, kernel, inputs, outputs], 2),
      });
    });
  }

  for (const [height, width, channels, kernel, stride, pad] of [
    [5, 6, 4, 3, 1, 1],
    [5, 5, 7, 3, 1, 1],
    [6, 6, 8, 3, 2, 1],
    [7, 5, 5, 3, 2, 1],
    [7, 7, 12, 7, 1, 0],
    [6, 6, 3, 2, 2, 0],
    [5, 7, 4, 3, 3, 0],
    [1, 1, 1, 1, 1, 0],
    [1, 2, 5, 3, 1, 1],
    [4, 5, 21, 3, 2, 1],
    [3, 3, 38, 3, 1, 2],
  ] as const) {
    it(`depthwise ${height}x${width}x${channels}, ${kernel}x${kernel} stride ${stride} pad ${pad}`, async () => {
      const op = (tensors: Record<string, unknown>) =>
        depthwiseConv2d(tensors.x as Tensor4D, tensors.filter as Tensor4D, stride, pad);
      await checkOp(op, reference(stride, pad, true), {
        x: operand([2, height, width, channels], 1),
        filter: operand([kernel, kernel, channels, 1], 2),
      });
    });
  }
});
