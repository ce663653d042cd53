import { backend_util } from '@tensorflow/tfjs-core';
import { tf } from '../../tf.js';
import { sizeOf, type Kernel } from './kernel.js';
import { address, functionsOf, withOutputs } from './memory.js';

/** `Concat` of float32 tensors along the last axis: tfjs goes row by row through JavaScript. */
export const concat: Kernel = (backend, inputs, attrs) => {
  const tensors = Object.values(inputs);
  const shape = tensors[0]!.shape;
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, shape);
  if (axis !== shape.length - 1 || tensors.some(({ dtype }) => dtype !== 'float32')) return null;
  const channels = tensors.reduce((sum, tensor) => sum + tensor.shape.at(-1)!, 0);
  const rows = sizeOf(shape.slice(0, -1));
  return withOutputs(backend, [[...shape.slice(0, -1), channels]], (y) => {
    let to = y;
    for (const tensor of tensors) {
      const bytes = tensor.shape.at(-1)! * 4;
      functionsOf(backend).copyRuns!(address(backend, tensor), to, bytes, bytes, channels * 4, rows);
      to += bytes;
    }
  })[0]!;
};

/** `SplitV` of a float32 tensor along the last axis, the way back. */
export const splitV: Kernel = (backend, { x }, attrs) => {
  const { shape, dtype } = x!;
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, shape);
  if (axis !== shape.length - 1 || dtype !== 'float32') return null;
  const sizes = backend_util.prepareSplitSize(x!, attrs.numOrSizeSplits as number | number[], axis);
  const channels = shape.at(-1)!;
  const rows = sizeOf(shape.slice(0, -1));
  const shapes = sizes.map((size) => [...shape.slice(0, -1), size]);
  return withOutputs(backend, shapes, (...parts: number[]) => {
    let from = address(backend, x!);
    for (const [index, size] of sizes.entries()) {
      functionsOf(backend).copyRuns!(from, parts[index]!, size * 4, channels * 4, size * 4, rows);
      from += size * 4;
    }
  });
};
