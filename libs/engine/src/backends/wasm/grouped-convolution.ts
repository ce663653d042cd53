import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { addFilterGradient, convolve, geometry, inputGradient } from './convolution.js';
import { sizeOf, type Kernel, type KernelAttributes } from './kernel.js';
import { address, functionsOf, withOutputs, withScratch, type WasmBackend } from './memory.js';

/** `ArcGroupedConv2d`: the ordinary convolution, group by group, on a copy of the group's channels. */
export const groupedConv2d: Kernel = (backend, { x, filter }, attrs) => {
  const group = groupOf(x!.shape, filter!.shape, attrs);
  return withOutputs(backend, [group.outShape], (y) =>
    eachGroup(backend, group, (images, input, output) => {
      gather(backend, group, address(backend, x!) + input, images);
      const w = { pointer: address(backend, filter!) + output, row: group.outputs, column: 1 };
      convolve(backend, group.info, images, w, { pointer: y + output, row: group.outputs });
    }),
  )[0]!;
};

/** `ArcGroupedConv2dBackpropFilter` */
export const groupedConv2dBackpropFilter: Kernel = (backend, { x, dy }, attrs) => {
  const filterShape = attrs.filterShape as readonly number[];
  const group = groupOf(x!.shape, filterShape, attrs);
  return withOutputs(backend, [filterShape], (dw) => {
    functionsOf(backend).zeros!(dw, sizeOf(filterShape) * 4);
    eachGroup(backend, group, (images, input, output) => {
      gather(backend, group, address(backend, x!) + input, images);
      const gradients = { pointer: address(backend, dy!) + output, row: group.outputs, column: 1 };
      addFilterGradient(backend, group.info, images, gradients, { pointer: dw + output, row: group.outputs });
    });
  })[0]!;
};

/** `ArcGroupedConv2dBackpropInput` */
export const groupedConv2dBackpropInput: Kernel = (backend, { dy, filter }, attrs) => {
  const inputShape = attrs.inputShape as readonly number[];
  const group = groupOf(inputShape, filter!.shape, attrs);
  return withOutputs(backend, [inputShape], (dx) =>
    eachGroup(backend, group, (images, input, output) => {
      const gradients = { pointer: address(backend, dy!) + output, row: group.outputs, column: 1 };
      const w = { pointer: address(backend, filter!) + output, row: 1, column: group.outputs };
      inputGradient(backend, group.info, gradients, w, images);
      scatter(backend, group, images, dx + input);
    }),
  )[0]!;
};

interface Group {
  /** Of one group's convolution. */
  readonly info: backend_util.Conv2DInfo;
  readonly groups: number;
  /** Channels of all groups. */
  readonly inputs: number;
  readonly outputs: number;
  readonly outShape: TensorInfo['shape'];
}

function groupOf(inputShape: readonly number[], filterShape: readonly number[], attrs: KernelAttributes): Group {
  const groups = attrs.groups as number;
  const [inputs, outputs] = [inputShape[3]!, filterShape[3]!];
  const info = geometry([...inputShape.slice(0, 3), inputs / groups], [...filterShape.slice(0, 3), outputs / groups], {
    strides: [attrs.stride, attrs.stride],
    pad: attrs.pad,
  })!;
  return { info, groups, inputs, outputs, outShape: [...info.outShape.slice(0, 3), outputs] };
}

/** Visits the groups, each with scratch for its images and its offsets in bytes among the input and output channels. */
function eachGroup(
  backend: WasmBackend,
  { info, groups }: Group,
  visit: (images: number, input: number, output: number) => void,
): void {
  withScratch(backend, sizeOf(info.inShape), (images) => {
    for (let group = 0; group < groups; group++) visit(images, group * info.inChannels * 4, group * info.outChannels * 4);
  });
}

/** The group's channels of every pixel, put next to each other; `scatter` is the way back. */
function gather(backend: WasmBackend, { info, inputs }: Group, from: number, images: number): void {
  const bytes = info.inChannels * 4;
  functionsOf(backend).copyRuns!(from, images, bytes, inputs * 4, bytes, sizeOf(info.inShape) / info.inChannels);
}

function scatter(backend: WasmBackend, { info, inputs }: Group, images: number, to: number): void {
  const bytes = info.inChannels * 4;
  functionsOf(backend).copyRuns!(images, to, bytes, bytes, inputs * 4, sizeOf(info.inShape) / info.inChannels);
}
