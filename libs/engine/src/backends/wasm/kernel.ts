import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './memory.js';

export type Inputs = Readonly<Record<string, TensorInfo>>;

export type KernelAttributes = Readonly<Record<string, unknown>>;

/** A kernel of ours; null where it leaves the case to the one that tfjs has under that name. */
export type Kernel = (backend: WasmBackend, inputs: Inputs, attrs: KernelAttributes) => TensorInfo | TensorInfo[] | null;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
