import type { ParameterSpec } from './layer.js';
import { sizeOf } from './parameters.js';

type Layouted = Pick<ParameterSpec, 'shape' | 'layout'>;

/**
 * The same weights in MXNet's and PyTorch's order, which agree: convolutions are outputs x inputs (of one group) x height x
 * width, dense layers outputs x inputs with inputs flattened from channels x height x width. Ours are height x width x inputs x
 * outputs, and flattened from height x width x channels. Vectors are the same everywhere.
 */
export function channelsFirstShape(spec: Layouted): number[] {
  const [height, width, inputs, outputs] = spec.shape as [number, number, number, number];
  switch (spec.layout?.kind) {
    case 'convolution':
      return [outputs, inputs, height, width];
    case 'depthwise':
      return [inputs, 1, height, width];
    case 'dense':
      return spec.shape.toReversed();
    default:
      return [...spec.shape];
  }
}

/** Values of a parameter in our order from {@link channelsFirstShape}'s, both row-major. */
export function fromChannelsFirst(spec: Layouted, theirs: Float32Array): Float32Array {
  const ours = new Float32Array(sizeOf(spec));
  eachRun(spec, (at, start, count, stride) => {
    for (let i = 0; i < count; i++) ours[at + i] = theirs[start + i * stride]!;
  });
  return ours;
}

/** The way back. */
export function toChannelsFirst(spec: Layouted, ours: Float32Array): Float32Array {
  const theirs = new Float32Array(sizeOf(spec));
  eachRun(spec, (at, start, count, stride) => {
    for (let i = 0; i < count; i++) theirs[start + i * stride] = ours[at + i]!;
  });
  return theirs;
}

/** Extents of our order, slowest first, and how far apart neighbours along each lie in the other order. */
interface Traversal {
  readonly extents: readonly [number, number, number, number];
  readonly strides: readonly [number, number, number, number];
}

function traversalOf({ shape, layout }: Layouted): Traversal {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  switch (layout?.kind) {
    case 'convolution':
      return { extents: [height, width, inputs, outputs], strides: [width, 1, height * width, inputs * height * width] };
    case 'depthwise':
      return { extents: [height, width, inputs, 1], strides: [width, 1, height * width, 0] };
    case 'dense': {
      const { input } = layout;
      const area = input.height * input.width;
      return {
        extents: [input.height, input.width, input.channels, shape[1]!],
        strides: [input.width, 1, area, area * input.channels],
      };
    }
    default:
      return { extents: [1, 1, 1, sizeOf({ shape })], strides: [0, 0, 0, 1] };
  }
}

/** Visits our order in runs of `count` neighbours from `at`, which lie `stride` apart from `start` on in the other order. */
function eachRun(spec: Layouted, visit: (at: number, start: number, count: number, stride: number) => void): void {
  const { extents, strides } = traversalOf(spec);
  let at = 0;
  for (let a = 0; a < extents[0]; a++)
    for (let b = 0; b < extents[1]; b++)
      for (let c = 0; c < extents[2]; c++) {
        visit(at, a * strides[0] + b * strides[1] + c * strides[2], extents[3], strides[3]);
        at += extents[3];
      }
}
