import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, type TensorMap } from '../../define-op.js';
import { tf } from '../../tf.js';
import { convolutionKernels } from './convolutions.js';
import type { TensorFlowOps } from './operations.js';

type Kernel = (inputs: TensorMap, attrs: Attributes) => Tensor[];

/**
 * Convolutions in groups by TensorFlow's own kernels, which see from the filter's shape that there are groups: two to ten
 * times as fast as one convolution per group (8 channels each, 5 to 40 groups). On the CPU only its oneDNN kernels have the
 * derivatives; where those are missing (not x86, or switched off) there is nothing here, and the composed op stays.
 */
export function groupedConvolutionKernels(ops: TensorFlowOps): Record<string, Kernel> {
  const kernels = convolutionKernels(ops);
  const run =
    (name: 'Conv2D' | 'Conv2DBackpropInput' | 'Conv2DBackpropFilter'): Kernel =>
    (inputs, attrs) => [kernels[name]!(inputs, { ...attrs, strides: [attrs.stride as number, attrs.stride as number] })];
  const grouped = {
    ArcGroupedConv2d: run('Conv2D'),
    ArcGroupedConv2dBackpropInput: run('Conv2DBackpropInput'),
    ArcGroupedConv2dBackpropFilter: run('Conv2DBackpropFilter'),
  };
  return canRun(grouped) ? grouped : {};
}

/** Whether the smallest case gets through all three. */
function canRun(kernels: Record<string, Kernel>): boolean {
  const attrs = { groups: 2, stride: 1, pad: 0, inputShape: [1, 2, 2, 4], filterShape: [2, 2, 2, 4] };
  try {
    tf.tidy(() => {
      const inputs = { x: tf.ones(attrs.inputShape), filter: tf.ones(attrs.filterShape), dy: tf.ones([1, 1, 1, 4]) };
      for (const kernel of Object.values(kernels)) for (const tensor of kernel(inputs, attrs)) tensor.dataSync();
    });
    return true;
  } catch {
    return false;
  }
}
