import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { assemble } from './assembler.js';
import { channelFunctions } from './channel-code.js';
import { depthwise, runs, zeros } from './convolution-code.js';
import { COLUMNS, gemm, packAcross, packAlong, ROWS } from './gemm-code.js';
import { adamW, exp, movingAverage, sgdMomentum } from './elementwise-code.js';
import { maxPoolGrad } from './pooling-code.js';

/** What we use of tfjs' BackendWasm beyond its typings. */
export interface WasmBackend {
  readonly wasm: {
    readonly asm: Record<string, unknown>;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: object, force: boolean): boolean;
  incRef(dataId: object): void;
  refCount(dataId: object): number;
}

/** What 32 bits can address. */
const HEAP_LIMIT = 2 ** 32;

/** The functions of our module; all parameters are numbers, addresses and strides in bytes. */
export type Functions = Record<string, (...parameters: number[]) => void>;

const instances = new WeakMap<object, Functions>();

/** Our functions, working on the backend's own memory; made on first use. */
export function functionsOf(backend: WasmBackend): Functions {
  const known = instances.get(backend);
  if (known !== undefined) return known;
  const code = [
    gemm(),
    ...[ROWS, COLUMNS].flatMap((width) => [packAcross(width), packAlong(width)]),
    runs('copyRuns'),
    runs('addRuns'),
    depthwise('depthwise'),
    depthwise('depthwiseGradFilter'),
    zeros(),
    maxPoolGrad(),
    ...channelFunctions(),
    sgdMomentum(),
    adamW(),
    movingAverage(),
    exp(),
  ];
  const module = new WebAssembly.Module(assemble(code));
  const made = new WebAssembly.Instance(module, { env: { memory: memoryOf(backend) } }).exports as unknown as Functions;
  instances.set(backend, made);
  return made;
}

function memoryOf(backend: WasmBackend): WebAssembly.Memory {
  const memory = Object.values(backend.wasm.asm).find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) {
    throw new ArcFleetError(
      'engine_unavailable',
      'tfjs-backend-wasm does not export its memory: its version is not the one in package-lock.json; run npm ci',
    );
  }
  return memory;
}

export function address(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** The heap from `pointer` on. Valid until the next allocation: the heap grows by moving to a new buffer. */
export function floats(backend: WasmBackend, pointer: number, length: number): Float32Array {
  return new Float32Array(memoryOf(backend).buffer, pointer, length);
}

export function integers(backend: WasmBackend, pointer: number, length: number): Int32Array {
  return new Int32Array(memoryOf(backend).buffer, pointer, length);
}

/** Memory for the time of `use`. @throws ArcFleetError `out_of_memory` */
export function withScratch<T>(backend: WasmBackend, length: number, use: (pointer: number) => T): T {
  const pointer = backend.wasm._malloc(length * 4) >>> 0;
  try {
    return use(pointer);
  } finally {
    backend.wasm._free(pointer);
  }
}

/** New float32 tensors of these shapes, filled by `fill`, which gets their addresses; given back when it throws. */
export function withOutputs<const S extends readonly (readonly number[])[]>(
  backend: WasmBackend,
  shapes: S,
  fill: (...pointers: { [K in keyof S]: number }) => void,
): TensorInfo[] {
  const outputs: TensorInfo[] = [];
  try {
    for (const shape of shapes) outputs.push(backend.makeOutput(shape, 'float32'));
    fill(...(outputs.map((output) => address(backend, output)) as never));
    return outputs;
  } catch (error) {
    for (const { dataId } of outputs) backend.disposeData(dataId, true);
    throw error;
  }
}

/**
 * Makes every allocation of the backend, tfjs' own included, fail by name. tfjs takes the null pointer of a full heap for
 * an address and writes over what lies at the bottom of memory.
 */
export function guardHeap(backend: WasmBackend): void {
  const memory = memoryOf(backend);
  const { wasm } = backend;
  wasm._free(wasm._malloc(4)); // emscripten binds its exports on first use
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const pointer = bytes < HEAP_LIMIT ? allocate(bytes) : 0; // a larger number would be cut to 32 bits
    if (pointer !== 0 || bytes === 0) return pointer;
    const mib = (value: number) => (value / 2 ** 20).toFixed(1);
    const heapBytes = memory.buffer.byteLength;
    throw new ArcFleetError(
      'out_of_memory',
      `the WebAssembly heap has ${mib(heapBytes)} MiB, may have ${mib(HEAP_LIMIT)} MiB and cannot give another ` +
        `${mib(bytes)} MiB: use a smaller batch, more ranks, or another engine`,
      { bytes, heapBytes, heapLimitBytes: HEAP_LIMIT },
    );
  };
}
