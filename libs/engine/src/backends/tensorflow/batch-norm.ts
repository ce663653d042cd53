import type { Tensor } from '@tensorflow/tfjs-core';
import { input, type Attributes, type TensorMap } from '../../define-op.js';
import { tf } from '../../tf.js';
import type { OpValue, TensorFlowOps } from './operations.js';

type Kernel = (inputs: TensorMap, attrs: Attributes) => Tensor[];

/**
 * Training-mode batch norm by TensorFlow's fused kernels, one call per group. For the CPU: on a GPU the gradient wants
 * what cuDNN reserved in the forward pass, which the portable op does not carry.
 */
export function batchNormKernels(ops: TensorFlowOps): Record<string, Kernel> {
  return {
    ArcBatchNormTrain: (inputs, attrs) => {
      const { x, groups, gamma } = operands(inputs, attrs);
      const nothing = tf.tensor1d([]);
      const results = groups.map((group) =>
        ops.runMany('FusedBatchNormV3', attributesOf(attrs), [group, gamma, input(inputs, 'beta'), nothing, nothing], 6),
      );
      const count = groups[0]!.size / gamma.size;
      const variance = rows(results.map((outputs) => outputs[2]!));
      // The kernel divides the sum of squares by count - 1.
      return [
        joined(
          results.map((outputs) => outputs[0]!),
          x.shape,
        ),
        rows(results.map((outputs) => outputs[1]!)),
        count > 1 ? tf.mul(variance, (count - 1) / count) : variance,
      ];
    },
    ArcBatchNormTrainGrad: (inputs, attrs) => {
      const { x, groups, gamma } = operands(inputs, attrs);
      const dys = split(input(inputs, 'dy'), groups.length);
      const means = unstacked(input(inputs, 'mean'));
      const variances = unstacked(input(inputs, 'variance'));
      const nothing = tf.tensor1d([]);
      const results = groups.map((group, i) =>
        ops.runMany('FusedBatchNormGradV3', attributesOf(attrs), [dys[i]!, group, gamma, means[i]!, variances[i]!, nothing], 5),
      );
      return [
        joined(
          results.map((outputs) => outputs[0]!),
          x.shape,
        ),
        total(results.map((outputs) => outputs[1]!)),
        total(results.map((outputs) => outputs[2]!)),
      ];
    },
  };
}

function operands(inputs: TensorMap, attrs: Attributes): { x: Tensor; groups: Tensor[]; gamma: Tensor } {
  const x = input(inputs, 'x');
  return { x, groups: split(x, attrs.groups as number), gamma: input(inputs, 'gamma') };
}

/** Groups of samples as [values per channel, 1, 1, C]: the kernel wants four dimensions, statistics do not care which. */
function split(x: Tensor, numGroups: number): Tensor[] {
  const channels = x.shape[x.rank - 1]!;
  const grouped = tf.reshape(x, [-1, 1, 1, channels]);
  return numGroups === 1 ? [grouped] : tf.split(grouped, numGroups, 0);
}

function joined(groups: readonly Tensor[], shape: number[]): Tensor {
  return tf.reshape(groups.length === 1 ? groups[0]! : tf.concat([...groups], 0), shape);
}

function rows(vectors: readonly Tensor[]): Tensor {
  return vectors.length === 1 ? tf.expandDims(vectors[0]!, 0) : tf.stack([...vectors]);
}

function unstacked(matrix: Tensor): Tensor[] {
  return matrix.shape[0] === 1 ? [tf.squeeze(matrix, [0])] : tf.unstack(matrix);
}

function total(vectors: readonly Tensor[]): Tensor {
  return vectors.length === 1 ? vectors[0]! : tf.addN([...vectors]);
}

function attributesOf(attrs: Attributes): Record<string, OpValue> {
  return {
    T: 'float32',
    U: 'float32',
    epsilon: { float: attrs.eps as number },
    data_format: { string: 'NHWC' },
    is_training: { bool: true },
  };
}
