import { fillNormal, streamOf } from '#contracts';
import type { ParameterSpec } from './layer.js';

/** Number of elements of a parameter. */
export function sizeOf({ shape }: Pick<ParameterSpec, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Start values of one parameter, row-major. Draws depend on (seed, parameter's name, position) only: every rank makes the
 * same ones, and adding a layer changes no other layer's.
 */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(spec));
  if (spec.initializer.kind === 'constant') return values.fill(spec.initializer.value);
  fillNormal(seed, streamOf(spec.name), 0, values, spec.initializer.std);
  return values;
}
