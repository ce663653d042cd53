import { backend_util } from '@tensorflow/tfjs-core';
import { matrix, multiply, type Matrix } from './matmul.js';
import { address, functionsOf, withOutputs, withScratch, type WasmBackend } from './memory.js';
import { sizeOf, type Kernel, type KernelAttributes } from './kernel.js';

/** Output pixels whose filter windows are unrolled at a time; bounds the scratch memory and keeps it in the cache. */
const CHUNK_PIXELS = 256;

type Shape4 = [number, number, number, number];
type Geometry = backend_util.Conv2DInfo;

/** `y = windows(x) w` */
export const conv2d: Kernel = (backend, { x, filter }, attrs) => {
  const info = geometry(x!.shape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [info.outShape], (y) => {
    const w = matrix(address(backend, filter!), info.outChannels);
    convolve(backend, info, address(backend, x!), w, { pointer: y, row: info.outChannels });
  })[0]!;
};

/** `dW = windows(x)^T dy` */
export const conv2dBackpropFilter: Kernel = (backend, { x, dy }, attrs) => {
  const filterShape = attrs.filterShape as Shape4;
  const info = geometry(x!.shape, filterShape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [filterShape], (dw) => {
    functionsOf(backend).zeros!(dw, sizeOf(filterShape) * 4);
    const gradients = matrix(address(backend, dy!), info.outChannels);
    addFilterGradient(backend, info, address(backend, x!), gradients, { pointer: dw, row: info.outChannels });
  })[0]!;
};

/** `dx` sums over the windows that a pixel is in: of `dy w^T` */
export const conv2dBackpropInput: Kernel = (backend, { dy, filter }, attrs) => {
  const inputShape = attrs.inputShape as Shape4;
  const info = geometry(inputShape, filter!.shape, attrs);
  if (info === null) return null;
  return withOutputs(backend, [inputShape], (dx) => {
    const w = matrix(address(backend, filter!), info.outChannels, true);
    inputGradient(backend, info, matrix(address(backend, dy!), info.outChannels), w, dx);
  })[0]!;
};

/** Rows of pixels, contiguous or with other channels between them. */
interface Rows {
  readonly pointer: number;
  /** Distance between rows in floats. */
  readonly row: number;
}

/** The convolution of contiguous images with a `[window, out]` matrix. */
export function convolve(backend: WasmBackend, info: Geometry, images: number, w: Matrix, y: Rows): void {
  const { inChannels, outChannels } = info;
  const window = windowSize(info);
  eachChunk(backend, info, (pixels, first, windows) => {
    const direct = images + first * inChannels * 4;
    if (windows !== null) unroll(backend, info, pixels, first, images, windows);
    multiply(backend, [pixels, window, outChannels], matrix(windows ?? direct, window), w, rowsFrom(y, first));
  });
}

/** Adds to `dw`, a `[window, out]` matrix. */
export function addFilterGradient(backend: WasmBackend, info: Geometry, images: number, dy: Matrix, dw: Rows): void {
  const { inChannels, outChannels } = info;
  const window = windowSize(info);
  eachChunk(backend, info, (pixels, first, windows) => {
    const direct = images + first * inChannels * 4;
    if (windows !== null) unroll(backend, info, pixels, first, images, windows);
    const a = matrix(windows ?? direct, window, true);
    multiply(backend, [window, pixels, outChannels], a, { ...dy, ...rowsFrom(dy, first) }, dw, true);
  });
}

/** Fills contiguous images `dx`; `w` is `[out, window]`. */
export function inputGradient(backend: WasmBackend, info: Geometry, dy: Matrix, w: Matrix, dx: number): void {
  const { inChannels, outChannels } = info;
  const window = windowSize(info);
  if (!isDirect(info)) functionsOf(backend).zeros!(dx, sizeOf(info.inShape) * 4);
  eachChunk(backend, info, (pixels, first, windows) => {
    const direct = dx + first * inChannels * 4;
    const a = { ...dy, ...rowsFrom(dy, first) };
    multiply(backend, [pixels, outChannels, window], a, w, { pointer: windows ?? direct, row: window });
    if (windows !== null) rollUp(backend, info, pixels, first, windows, dx);
  });
}

function rowsFrom({ pointer, row }: Rows, first: number): Rows {
  return { pointer: pointer + first * row * 4, row };
}

function windowSize({ filterHeight, filterWidth, inChannels }: Geometry): number {
  return filterHeight * filterWidth * inChannels;
}

/** Null for what these kernels do not cover: other layouts, dilation, groups. */
export function geometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: KernelAttributes,
): Geometry | null {
  const dilations = attrs.dilations ?? 1;
  const isDilated = [dilations].flat().some((dilation) => dilation !== 1);
  if (isDilated || (attrs.dataFormat ?? 'NHWC') !== 'NHWC' || inputShape[3] !== filterShape[2]) return null;
  return backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attrs.strides as [number, number],
    1,
    attrs.pad as number,
    attrs.dimRoundingMode as 'floor' | undefined,
  );
}

/**
 * Visits the output pixels (of all images, in order) in chunks of whole rows. `windows` is scratch for the chunk's windows
 * `[pixels, window]`, null where they are the images themselves.
 */
function eachChunk(
  backend: WasmBackend,
  info: Geometry,
  visit: (pixels: number, first: number, windows: number | null) => void,
): void {
  const { batchSize, outHeight, outWidth } = info;
  const total = batchSize * outHeight * outWidth;
  if (total === 0) return;
  if (isDirect(info)) {
    visit(total, 0, null);
    return;
  }
  const size = Math.min(total, Math.max(1, Math.round(CHUNK_PIXELS / outWidth)) * outWidth);
  withScratch(backend, size * windowSize(info), (windows) => {
    for (let first = 0; first < total; first += size) visit(Math.min(size, total - first), first, windows);
  });
}

/** 1 x 1 with stride 1: the images are their own windows. */
function isDirect(info: Geometry): boolean {
  return windowSize(info) === info.inChannels && info.strideHeight * info.strideWidth === 1 && !isPadded(info);
}

function isPadded({ padInfo: { top, bottom, left, right } }: Geometry): boolean {
  return top + bottom + left + right > 0;
}

function unroll(backend: WasmBackend, info: Geometry, pixels: number, first: number, images: number, windows: number): void {
  const { copyRuns, zeros } = functionsOf(backend);
  if (isPadded(info)) zeros!(windows, pixels * windowSize(info) * 4);
  eachRun(info, pixels, first, (pixel, cell, bytes, pixelStep, cellStep, count) =>
    copyRuns!(images + pixel, windows + cell, bytes, pixelStep, cellStep, count),
  );
}

function rollUp(backend: WasmBackend, info: Geometry, pixels: number, first: number, windows: number, images: number): void {
  const { addRuns } = functionsOf(backend);
  eachRun(info, pixels, first, (pixel, cell, bytes, pixelStep, cellStep, count) =>
    addRuns!(windows + cell, images + pixel, bytes, cellStep, pixelStep, count),
  );
}

/**
 * The rows of filter windows as runs of memory: a window's row is contiguous in the image too. Offsets and sizes in bytes;
 * columns whose window lies within the image come in one visit, those at the edges one by one and cut.
 */
function eachRun(
  info: Geometry,
  pixels: number,
  first: number,
  visit: (pixel: number, cell: number, bytes: number, pixelStep: number, cellStep: number, count: number) => void,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, left } = info.padInfo;
  const channelBytes = inChannels * 4;
  const cellStep = windowSize(info) * 4;
  const inner = Math.min(outWidth, Math.ceil(left / strideWidth));
  const outer = Math.max(inner, Math.min(outWidth, Math.floor((inWidth - filterWidth + left) / strideWidth) + 1));
  for (let row = 0; row < pixels / outWidth; row++) {
    const line = first / outWidth + row;
    const image = Math.floor(line / outHeight);
    for (let ky = 0; ky < filterHeight; ky++) {
      const y = (line % outHeight) * strideHeight + ky - top;
      if (y < 0 || y >= inHeight) continue;
      const columns = (from: number, count: number) => {
        const x = from * strideWidth - left;
        const cut = Math.max(0, -x);
        const width = Math.min(filterWidth, inWidth - x) - cut;
        if (width <= 0) return;
        visit(
          ((image * inHeight + y) * inWidth + x + cut) * channelBytes,
          (row * outWidth + from) * cellStep + (ky * filterWidth + cut) * channelBytes,
          width * channelBytes,
          strideWidth * channelBytes,
          cellStep,
          count,
        );
      };
      for (let from = 0; from < inner; from++) columns(from, 1);
      if (outer > inner) columns(inner, outer - inner);
      for (let from = outer; from < outWidth; from++) columns(from, 1);
    }
  }
}
