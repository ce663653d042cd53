import type { Tensor } from '@tensorflow/tfjs-core';
import { input, type TensorMap } from '../../define-op.js';
import type { TensorFlowOps } from './operations.js';

/** One pass where the portable form, by `tf.step`, is six. */
export function reluKernels(ops: TensorFlowOps): Record<string, (inputs: TensorMap) => Tensor[]> {
  return {
    ArcReluGrad: (inputs) => [ops.run('ReluGrad', { T: 'float32' }, [input(inputs, 'dy'), input(inputs, 'y')])],
  };
}
