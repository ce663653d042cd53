import { backend_util, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { input, type Attributes, type TensorMap } from '../../define-op.js';
import type { OpValue, TensorFlowOps } from './operations.js';

type Kernel = (inputs: TensorMap, attrs: Attributes) => Tensor;

/** Max pooling and its derivative with pixels added by number, which tfjs-node's kernels refuse; NHWC only. */
export function poolingKernels(ops: TensorFlowOps): Record<string, Kernel> {
  return {
    MaxPool: (inputs, attrs) => {
      const x = input(inputs, 'x');
      return ops.run('MaxPool', attributesOf(x, attrs), [x]);
    },
    MaxPoolGrad: (inputs, attrs) => {
      const x = input(inputs, 'input');
      return ops.run('MaxPoolGrad', attributesOf(x, attrs), [x, input(inputs, 'output'), input(inputs, 'dy')]);
    },
  };
}

function attributesOf(x: Tensor, attrs: Attributes): Record<string, OpValue> {
  const info = backend_util.computePool2DInfo(
    x.shape as Tensor4D['shape'],
    attrs.filterSize as unknown as [number, number],
    attrs.strides as unknown as [number, number],
    1,
    attrs.pad as unknown as number,
    attrs.dimRoundingMode as unknown as 'floor' | undefined,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    T: 'float32',
    ksize: { int: [1, info.filterHeight, info.filterWidth, 1] },
    strides: { int: [1, info.strideHeight, info.strideWidth, 1] },
    padding: { string: 'EXPLICIT' },
    explicit_paddings: { int: [0, 0, top, bottom, left, right, 0, 0] },
    data_format: { string: 'NHWC' },
  };
}
