import type { GradFunc, Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tf.js';

export type TensorMap = Record<string, Tensor>;

/**
 * An op of ours as a tfjs kernel. `compose` is the portable form, made of tfjs ops; a backend that can do better registers
 * its own kernel under the same name before `registerPortableKernels` runs.
 */
export interface OpDefinition {
  readonly name: string;
  readonly compose: (inputs: TensorMap, attrs: Attributes) => Tensor[];
  /** Reverse derivative; absent for ops that are themselves derivatives or updates. */
  readonly gradient?: { readonly inputsToSave: string[]; readonly outputsToSave: boolean[]; readonly compute: GradFunc };
}

export type Attributes = Record<string, number | boolean | readonly number[]>;

const definitions = new Map<string, OpDefinition>();

/** Declares an op and returns the function that runs it. Called once per op, when its file is loaded. */
export function defineOp(definition: OpDefinition): (inputs: TensorMap, attrs?: Attributes) => Tensor[] {
  const { name, gradient } = definition;
  definitions.set(name, definition);
  if (gradient !== undefined) {
    tf.registerGradient({
      kernelName: name,
      inputsToSave: gradient.inputsToSave,
      outputsToSave: gradient.outputsToSave,
      gradFunc: gradient.compute,
    });
  }
  return (inputs, attrs = {}) => {
    const output = tf.engine().runKernel(name, inputs, attrs as never) as Tensor | Tensor[];
    return Array.isArray(output) ? output : [output];
  };
}

/** Every op declared so far. */
export function definedOps(): Iterable<OpDefinition> {
  return definitions.values();
}

/** A tensor of an op's inputs; the names are fixed by the op that calls. */
export function input(inputs: TensorMap, name: string): Tensor {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`input ${name} is missing`);
  return tensor;
}
