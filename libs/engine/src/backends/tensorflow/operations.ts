import type { Tensor } from '@tensorflow/tfjs-core';
import type { NodeBackend, OpAttribute } from './addon.js';

/** Attribute of a TensorFlow op; `type` marks the element type of tensors, of which only float32 is used. */
export type OpValue =
  { int: number | readonly number[] } | { float: number } | { bool: boolean } | { string: string } | 'float32';

/**
 * Runs TensorFlow ops by name, with attributes by name: `run('Conv2D', { T: 'float32', strides: { int: [1, 1, 1, 1] } }, [x, w])`.
 * Names and order are those of TensorFlow's op definitions.
 */
export class TensorFlowOps {
  constructor(private readonly backend: NodeBackend) {}

  run(op: string, attributes: Readonly<Record<string, OpValue>>, inputs: readonly Tensor[]): Tensor {
    return this.runMany(op, attributes, inputs, 1)[0]!;
  }

  runMany(op: string, attributes: Readonly<Record<string, OpValue>>, inputs: readonly Tensor[], numOutputs: number): Tensor[] {
    const list = Object.entries(attributes).map(([name, value]) => this.attribute(name, value));
    return this.backend.executeMultipleOutputs(op, list, inputs, numOutputs);
  }

  private attribute(name: string, value: OpValue): OpAttribute {
    const { binding } = this.backend;
    if (value === 'float32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    if ('int' in value) return { name, type: binding.TF_ATTR_INT, value: value.int };
    if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    if ('bool' in value) return { name, type: binding.TF_ATTR_BOOL, value: value.bool };
    return { name, type: binding.TF_ATTR_STRING, value: value.string };
  }
}
