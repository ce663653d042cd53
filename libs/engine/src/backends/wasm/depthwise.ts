import { backend_util } from '@tensorflow/tfjs-core';
import { TAP_BYTES } from './convolution-code.js';
import { address, functionsOf, integers, withOutputs, withScratch, type WasmBackend } from './memory.js';
import { sizeOf, type Kernel, type KernelAttributes } from './kernel.js';

type Shape4 = [number, number, number, number];
type Geometry = backend_util.Conv2DInfo;

/** `y[p] = sum over taps of x[p + tap] w[tap]`, channel by channel */
export const depthwiseConv2d: Kernel = (backend, { x, filter }, attrs) => {
  const info = geometry(x!.shape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [info.outShape], (y) => {
    const { depthwise, zeros } = functionsOf(backend);
    zeros!(y, sizeOf(info.outShape) * 4);
    eachRow(backend, info, address(backend, x!), y, address(backend, filter!), false, depthwise!);
  })[0]!;
};

/** `dx[p + tap] += dy[p] w[tap]` */
export const depthwiseBackpropInput: Kernel = (backend, { dy, filter }, attrs) => {
  const inputShape = attrs.inputShape as Shape4;
  const info = geometry(inputShape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [inputShape], (dx) => {
    const { depthwise, zeros } = functionsOf(backend);
    zeros!(dx, sizeOf(inputShape) * 4);
    eachRow(backend, info, dx, address(backend, dy!), address(backend, filter!), true, depthwise!);
  })[0]!;
};

/** `dw[tap] += x[p + tap] dy[p]` */
export const depthwiseBackpropFilter: Kernel = (backend, { x, dy }, attrs) => {
  const filterShape = attrs.filterShape as Shape4;
  const info = geometry(x!.shape, filterShape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [filterShape], (dw) => {
    const { depthwiseGradFilter, zeros } = functionsOf(backend);
    zeros!(dw, sizeOf(filterShape) * 4);
    eachRow(backend, info, address(backend, x!), address(backend, dy!), dw, false, depthwiseGradFilter!);
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

/**
 * Calls `run` for every output row with its table of taps, each cut to the pixels that it finds in the image. `isBackward`:
 * data flows from output pixels to input pixels.
 */
function eachRow(
  backend: WasmBackend,
  info: Geometry,
  input: number,
  output: number,
  filter: number,
  isBackward: boolean,
  run: (...parameters: number[]) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, left } = info.padInfo;
  const bytes = info.inChannels * 4;
  const size = (filterHeight * filterWidth * TAP_BYTES) / 4;
  withScratch(backend, size, (scratch) => {
    const table = integers(backend, scratch, size);
    for (let line = 0; line < batchSize * outHeight; line++) {
      const image = Math.floor(line / outHeight);
      let end = 0;
      for (let ky = 0; ky < filterHeight; ky++) {
        const row = (line % outHeight) * strideHeight + ky - top;
        if (row < 0 || row >= inHeight) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const from = Math.max(0, Math.ceil((left - kx) / strideWidth));
          const to = Math.min(outWidth, Math.floor((inWidth - 1 + left - kx) / strideWidth) + 1);
          if (to <= from) continue;
          const column = from * strideWidth + kx - left;
          const x = input + ((image * inHeight + row) * inWidth + column) * bytes;
          const y = output + (line * outWidth + from) * bytes;
          table[end++] = isBackward ? y : x;
          table[end++] = isBackward ? bytes : strideWidth * bytes;
          table[end++] = isBackward ? x : y;
          table[end++] = isBackward ? strideWidth * bytes : bytes;
          table[end++] = to - from;
          table[end++] = filter + (ky * filterWidth + kx) * bytes;
        }
      }
      run(scratch, scratch + end * 4, bytes);
    }
  });
}
