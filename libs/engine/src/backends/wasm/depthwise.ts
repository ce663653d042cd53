import { backend_util } from '@tensorflow/tfjs-core';
import { address, functionsOf, withOutputs } from './memory.js';
import { sizeOf, type Kernel, type KernelAttributes } from './kernel.js';

type Shape4 = [number, number, number, number];
type Geometry = backend_util.Conv2DInfo;

/** `y[p] = sum over taps of x[p + tap] w[tap]`, channel by channel */
export const depthwiseConv2d: Kernel = (backend, { x, filter }, attrs) => {
  const info = geometry(x!.shape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [info.outShape], (y) => {
    const { depthwise, zeros } = functionsOf(backend);
    const [images, w] = [address(backend, x!), address(backend, filter!)];
    zeros!(y, sizeOf(info.outShape) * 4);
    eachTap(info, (input, inputStep, output, outputStep, count, bytes, tap) =>
      depthwise!(images + input, inputStep, y + output, outputStep, count, bytes, w + tap),
    );
  })[0]!;
};

/** `dx[p + tap] += dy[p] w[tap]` */
export const depthwiseBackpropInput: Kernel = (backend, { dy, filter }, attrs) => {
  const inputShape = attrs.inputShape as Shape4;
  const info = geometry(inputShape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [inputShape], (dx) => {
    const { depthwise, zeros } = functionsOf(backend);
    const [gradients, w] = [address(backend, dy!), address(backend, filter!)];
    zeros!(dx, sizeOf(inputShape) * 4);
    eachTap(info, (input, inputStep, output, outputStep, count, bytes, tap) =>
      depthwise!(gradients + output, outputStep, dx + input, inputStep, count, bytes, w + tap),
    );
  })[0]!;
};

/** `dw[tap] += x[p + tap] dy[p]` */
export const depthwiseBackpropFilter: Kernel = (backend, { x, dy }, attrs) => {
  const filterShape = attrs.filterShape as Shape4;
  const info = geometry(x!.shape, filterShape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [filterShape], (dw) => {
    const { depthwiseGradFilter, zeros } = functionsOf(backend);
    const [images, gradients] = [address(backend, x!), address(backend, dy!)];
    zeros!(dw, sizeOf(filterShape) * 4);
    eachTap(info, (input, inputStep, output, outputStep, count, bytes, tap) =>
      depthwiseGradFilter!(images + input, inputStep, gradients + output, outputStep, count, bytes, dw + tap),
    );
  })[0]!;
};

/** Null for what these kernels do not cover: dilation, several outputs per channel. */
function geometry(inputShape: readonly number[], filterShape: readonly number[], attrs: KernelAttributes): Geometry | null {
  const isDilated = [attrs.dilations ?? 1].flat().some((dilation) => dilation !== 1);
  if (isDilated || filterShape[3] !== 1) return null;
  return backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attrs.strides as [number, number],
    1,
    attrs.pad as number,
    attrs.dimRoundingMode as 'floor' | undefined,
    true,
  );
}

/** Every output row with every tap of the filter, cut to the pixels that the tap finds in the image; all in bytes. */
function eachTap(
  info: Geometry,
  visit: (
    input: number,
    inputStep: number,
    output: number,
    outputStep: number,
    count: number,
    channelBytes: number,
    tap: number,
  ) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, left } = info.padInfo;
  const bytes = info.inChannels * 4;
  for (let line = 0; line < batchSize * outHeight; line++) {
    const image = Math.floor(line / outHeight);
    for (let ky = 0; ky < filterHeight; ky++) {
      const y = (line % outHeight) * strideHeight + ky - top;
      if (y < 0 || y >= inHeight) continue;
      for (let kx = 0; kx < filterWidth; kx++) {
        const from = Math.max(0, Math.ceil((left - kx) / strideWidth));
        const to = Math.min(outWidth, Math.floor((inWidth - 1 + left - kx) / strideWidth) + 1);
        if (to <= from) continue;
        const x = from * strideWidth + kx - left;
        const input = ((image * inHeight + y) * inWidth + x) * bytes;
        const output = (line * outWidth + from) * bytes;
        visit(input, strideWidth * bytes, output, bytes, to - from, bytes, (ky * filterWidth + kx) * bytes);
      }
    }
  }
}
