import { fillNormal, fillUniform, streamOf } from '#contracts';
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
  const { initializer } = spec;
  switch (initializer.kind) {
    case 'constant':
      return values.fill(initializer.value);
    case 'normal':
      fillNormal(seed, streamOf(spec.name), 0, values, initializer.std);
      return values;
    case 'uniform': {
      const { bound } = initializer;
      fillUniform(seed, streamOf(spec.name), 0, values);
      return values.map((value) => bound * (2 * value - 1));
    }
  }
}
