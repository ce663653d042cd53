import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { startEngine } from '../../start-engine.js';
import { tf } from '../../tf.js';
import { vjp } from '../../vjp.js';
import { batchNormTrain } from '../../ops/batch-norm.js';
import { conv2d } from '../../ops/conv2d.js';
import { depthwiseConv2d } from '../../ops/depthwise-conv2d.js';
import { prelu } from '../../ops/prelu.js';
import type { WasmBackend } from './memory.js';

let backend: WasmBackend;
const blocks = new Set<number>();

beforeAll(async () => {
  await startEngine('wasm', { threads: 1 });
  backend = tf.backend() as unknown as WasmBackend;
  const { _malloc: allocate, _free: free } = backend.wasm;
  backend.wasm._malloc = (bytes) => {
    const pointer = allocate(bytes);
    blocks.add(pointer >>> 0);
    return pointer;
  };
  backend.wasm._free = (pointer) => {
    blocks.delete(pointer >>> 0);
    free(pointer);
  };
});

let before = new Set<number>();
beforeEach(() => {
  before = new Set(blocks);
});
afterEach(() => {
  expect(blocks, 'blocks of the heap').toEqual(before);
});

/** Takes the whole heap (address space, not memory: nothing is written) but pieces smaller than `leaveBytes`. */
function fillHeap(leaveBytes: number): () => void {
  const held: number[] = [];
  for (let size = 2 ** 30; size >= leaveBytes;) {
    try {
      held.push(backend.wasm._malloc(size) >>> 0);
    } catch {
      size /= 2;
    }
  }
  return () => held.forEach((pointer) => backend.wasm._free(pointer));
}

function codeOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ArcFleetError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

it('gives every block back after a forward and a backward pass', () => {
  const parameters = {
    filter: tf.randomNormal([3, 3, 3, 8]) as Tensor4D,
    depthwise: tf.randomNormal([3, 3, 8, 1]) as Tensor4D,
    slope: tf.ones([8]),
  };
  const x = tf.randomNormal([2, 9, 9, 3]) as Tensor4D;
  const run = vjp(() => {
    const y = depthwiseConv2d(conv2d(x, parameters.filter, 2, 1), parameters.depthwise, 1, 1);
    return prelu(batchNormTrain(y, null, tf.zeros([8]), 1e-3, 2).y, parameters.slope as never);
  }, parameters);
  tf.dispose(run.pullback(run.value));
  run.dispose();
  tf.dispose([parameters, x]);
});

it('refuses what 32 bits cannot address, with the sizes', () => {
  const column = tf.ones([40_000, 1]);
  const row = tf.ones([1, 40_000]);
  expect(() => tf.matMul(column, row)).toThrow(/heap has \d+\.\d MiB, may have 4096\.0 MiB and cannot give another 6103\.5 MiB/);
  tf.dispose([column, row]);
});

it('names a full heap, frees what it had taken, and works again when there is room', () => {
  const x = tf.ones([1, 20, 20, 32]) as Tensor4D;
  const filter = tf.ones([3, 3, 32, 4]) as Tensor4D;
  const a = tf.ones([100, 300]);
  const tensors = tf.memory().numTensors;
  // Outputs (6 KiB) fit, scratch memory (300 KiB) does not.
  const release = fillHeap(64 * 1024);
  expect(codeOf(() => conv2d(x, filter, 1, 1))).toBe('out_of_memory');
  expect(codeOf(() => tf.matMul(a, a, true, false))).toBe('out_of_memory');
  release();
  expect(tf.memory().numTensors).toBe(tensors);
  const y = conv2d(x, filter, 1, 1);
  expect(y.dataSync()[(5 * 20 + 5) * 4]).toBe(288);
  tf.dispose([x, filter, a, y]);
});

it('computes above 2 GiB, where addresses are negative as signed numbers', async () => {
  const x = tf.randomNormal([2, 7, 7, 9], 0, 1, 'float32', 1) as Tensor4D;
  const filter = tf.randomNormal([3, 3, 9, 5], 0, 1, 'float32', 2) as Tensor4D;
  const depthwise = tf.randomNormal([3, 3, 9, 1], 0, 1, 'float32', 3) as Tensor4D;
  const run = () =>
    tf.tidy(() =>
      tf.concat1d([conv2d(x, filter, 1, 1).flatten(), depthwiseConv2d(x, depthwise, 1, 1).flatten(), tf.exp(x).flatten()]),
    );
  const low = run();
  const held = [1, 2, 3, 4, 5].map(() => backend.wasm._malloc(2 ** 29) >>> 0);
  const release = fillBelow(2 ** 31);
  const high = run();
  expect(await high.data()).toEqual(await low.data());
  for (const pointer of held) backend.wasm._free(pointer);
  release();
  tf.dispose([x, filter, depthwise, low, high]);
});

/** Takes what is left below an address, so that the next blocks lie above it. */
function fillBelow(limit: number): () => void {
  const held: number[] = [];
  for (let size = 2 ** 26; size >= 1024; size /= 4) {
    for (;;) {
      const pointer = backend.wasm._malloc(size) >>> 0;
      held.push(pointer);
      if (pointer > limit) break;
    }
  }
  return () => held.forEach((pointer) => backend.wasm._free(pointer));
}

it('clones without a copy, and the data stays until its last handle goes', () => {
  const x = tf.tensor1d([1, 2, 3]);
  const blocksBefore = blocks.size;
  const clone = tf.clone(x);
  expect(blocks.size).toBe(blocksBefore);
  x.dispose();
  expect([...clone.dataSync()]).toEqual([1, 2, 3]);
  clone.dispose();
});

it('has an exp within two units in the last place, with its limits', () => {
  const xs = Float32Array.from({ length: 20_001 }, (_, i) => -87.3 + i * 0.0088);
  const special = [0, NaN, Infinity, -Infinity, 89, -88];
  const y = tf.tidy(() => tf.exp(tf.tensor1d([...xs, ...special])).dataSync());
  let worst = 0;
  for (const [i, x] of xs.entries()) worst = Math.max(worst, Math.abs(y[i]! / Math.exp(x) - 1));
  expect(worst).toBeLessThan(2 ** -22);
  expect([...y.slice(xs.length)]).toEqual([1, NaN, Infinity, 0, Infinity, 0]);
});
