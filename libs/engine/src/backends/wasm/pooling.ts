import { backend_util, type Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../tf.js';
import { sizeOf, type Kernel, type KernelAttributes } from './kernel.js';
import { address, functionsOf, integers, withOutputs, withScratch } from './memory.js';

type Geometry = backend_util.Conv2DInfo;

/** `MaxPoolGrad`. Not only faster than tfjs' own (4.22): that one gives wrong numbers, for a 2 x 2 window with stride 2 already. */
export const maxPoolGrad: Kernel = (backend, { dy, input, output }, attrs) => {
  const info = geometry(input!.shape, attrs);
  return withOutputs(backend, [input!.shape], (dx) =>
    withScratch(backend, info.filterHeight * info.filterWidth, (scratch) => {
      const { maxPoolGrad, zeros } = functionsOf(backend);
      const table = integers(backend, scratch, info.filterHeight * info.filterWidth);
      const [x, y, gradients] = [address(backend, input!), address(backend, output!), address(backend, dy!)];
      const bytes = info.inChannels * 4;
      zeros!(dx, sizeOf(input!.shape) * 4);
      eachRun(info, (line, from, count) => {
        const end = fillTaps(info, line, from, x, table);
        const first = (line * info.outWidth + from) * bytes;
        maxPoolGrad!(scratch, scratch + end * 4, bytes, y + first, gradients + first, count, info.strideWidth * bytes, dx - x);
      });
    }),
  )[0]!;
};

/** Runs of output pixels in a row that see the same columns of their windows: those inside the image, and each at an edge. */
function eachRun(info: Geometry, visit: (line: number, from: number, count: number) => void): void {
  const { batchSize, inWidth, outHeight, outWidth, filterWidth, strideWidth } = info;
  const { left } = info.padInfo;
  const inner = Math.min(outWidth, Math.ceil(left / strideWidth));
  const outer = Math.max(inner, Math.min(outWidth, Math.floor((inWidth - filterWidth + left) / strideWidth) + 1));
  for (let line = 0; line < batchSize * outHeight; line++) {
    for (let from = 0; from < inner; from++) visit(line, from, 1);
    if (outer > inner) visit(line, inner, outer - inner);
    for (let from = outer; from < outWidth; from++) visit(line, from, 1);
  }
}

/** Addresses of the pixels that a window finds in the image; how many they are. */
function fillTaps(info: Geometry, line: number, column: number, x: number, table: Int32Array): number {
  const { inHeight, inWidth, inChannels, outHeight, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const top = (line % outHeight) * strideHeight - info.padInfo.top;
  const left = column * strideWidth - info.padInfo.left;
  const image = Math.floor(line / outHeight) * inHeight;
  let count = 0;
  for (let iy = Math.max(0, top); iy < Math.min(inHeight, top + filterHeight); iy++) {
    for (let ix = Math.max(0, left); ix < Math.min(inWidth, left + filterWidth); ix++) {
      table[count++] = x + ((image + iy) * inWidth + ix) * inChannels * 4;
    }
  }
  return count;
}

/** `AvgPoolGrad` without added pixels: that of a depthwise convolution with equal weights. */
export const avgPoolGrad: Kernel = (_, { dy, input }, attrs) => {
  if (attrs.pad !== 'valid') return null;
  const { filterHeight, filterWidth, strideHeight, strideWidth, inChannels } = geometry(input!.shape, attrs);
  return tf.tidy(() => {
    const filter = tf.fill([filterHeight, filterWidth, inChannels, 1], 1 / (filterHeight * filterWidth));
    const shared = { strides: [strideHeight, strideWidth], pad: 'valid', inputShape: input!.shape };
    return tf.engine().runKernel('DepthwiseConv2dNativeBackpropInput', { dy: dy as Tensor, filter }, shared as never) as Tensor;
  });
};

function geometry(shape: readonly number[], attrs: KernelAttributes): Geometry {
  return backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    attrs.filterSize as [number, number],
    attrs.strides as [number, number],
    1,
    attrs.pad as number,
    attrs.dimRoundingMode as 'floor' | undefined,
  );
}
