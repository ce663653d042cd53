import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { assemble } from './assembler.js';
import { gemm, packColumns, packRows } from './gemm-code.js';

/** What we use of tfjs' BackendWasm beyond its typings. */
export interface WasmBackend {
  readonly wasm: { asm: Record<string, unknown>; _malloc(bytes: number): number; _free(pointer: number): void };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

const FUNCTIONS = [gemm, packRows, packColumns];

/** The functions of our module; all parameters are numbers, addresses and strides in bytes. */
export type Kernels = Record<string, (...parameters: number[]) => void>;

const instances = new WeakMap<object, Kernels>();

/** Our kernels, working on the backend's own memory; made on first use. */
export function kernels(backend: WasmBackend): Kernels {
  const known = instances.get(backend);
  if (known !== undefined) return known;
  const memory = Object.values(backend.wasm.asm).find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) {
    throw new ArcFleetError(
      'engine_unavailable',
      'tfjs-backend-wasm no longer exports its memory: its version is not the pinned one',
    );
  }
  const module = new WebAssembly.Module(assemble(FUNCTIONS.map((make) => make())));
  const made = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  instances.set(backend, made);
  return made;
}

export function address(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Memory for the time of `use`. */
export function withScratch<T>(backend: WasmBackend, floats: number, use: (pointer: number) => T): T {
  const pointer = backend.wasm._malloc(floats * 4) >>> 0;
  if (pointer === 0) throw new ArcFleetError('out_of_memory', `the WebAssembly heap has no ${floats * 4} bytes left`);
  try {
    return use(pointer);
  } finally {
    backend.wasm._free(pointer);
  }
}
