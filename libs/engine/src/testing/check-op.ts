import { expect } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.js';
import { vjp } from '../vjp.js';

export interface Operand {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export type Operands = Record<string, Operand>;

/** Reproducible values in (-1, 1), representable in float32, so that both sides start from the same numbers. */
export function operand(shape: readonly number[], seed = 1): Operand {
  let state = (seed * 2654435761) >>> 0;
  const values = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1);
  });
  return { shape, values };
}

/**
 * Holds an op to an independent float64 reference: its value directly, its gradients by central differences of the
 * reference. Errors are relative to the largest element. `constants` get no gradient.
 */
export async function checkOp(
  op: (tensors: Record<string, Tensor>) => Tensor,
  reference: (operands: Operands) => Float64Array,
  operands: Operands,
  { tolerance = 2e-5, constants = [] as readonly string[] } = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(operands).map(([name, { shape, values }]) => [name, tf.tensor(Float32Array.from(values), [...shape])]),
  );
  const xs = Object.fromEntries(Object.entries(tensors).filter(([name]) => !constants.includes(name)));
  const run = vjp(() => op(tensors), xs);
  const expected = reference(operands);
  expectClose(await run.value.data(), expected, tolerance, 'value');
  const weights = operand(run.value.shape, 77);
  const dy = tf.tensor(Float32Array.from(weights.values), run.value.shape);
  const gradients = run.pullback(dy);
  for (const [name, gradient] of Object.entries(gradients)) {
    expect(gradient.shape).toEqual(operands[name]!.shape);
    const values = await gradient.data();
    const indices = sample(values.length);
    const picked = indices.map((index) => values[index]!);
    expectClose(picked, differences(reference, operands, name, weights.values, indices), tolerance * 5, `d${name}`);
  }
  run.dispose();
  tf.dispose([dy, tensors, gradients]);
}

/** All elements of a small tensor, an even choice of 64 of a large one: each costs two runs of the reference. */
function sample(length: number): number[] {
  const count = Math.min(length, 64);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}

function differences(
  reference: (operands: Operands) => Float64Array,
  operands: Operands,
  name: string,
  weights: Float64Array,
  indices: readonly number[],
): number[] {
  const { shape, values } = operands[name]!;
  const h = 1e-5;
  const at = (index: number, delta: number) => {
    const moved = values.slice();
    moved[index]! += delta;
    return dot(reference({ ...operands, [name]: { shape, values: moved } }), weights);
  };
  return indices.map((index) => (at(index, h) - at(index, -h)) / (2 * h));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  let scale = 1e-6;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  expect(worst / scale, `${what}: largest error, relative to the largest element`).toBeLessThan(tolerance);
}
