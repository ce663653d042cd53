import type { Tensor } from '@tensorflow/tfjs-core';
import { definedOps, type Attributes, type OpDefinition, type TensorMap } from './define-op.js';
import { CONVOLUTION_GRADIENTS } from './ops/convolution-gradients.js';
import { tf } from './tf.js';

/** Gives a backend every op that it has no kernel of its own for. */
export function registerPortableKernels(backendName: string): void {
  const kernels: [string, (inputs: TensorMap, attrs: Attributes) => Tensor | Tensor[]][] = [
    ...Object.entries(CONVOLUTION_GRADIENTS),
    ...[...definedOps()].map(({ name, compose }): [string, OpDefinition['compose']] => [name, compose]),
  ];
  for (const [kernelName, compose] of kernels) {
    if (tf.getKernel(kernelName, backendName) !== undefined) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compose(inputs as TensorMap, (attrs ?? {}) as Attributes)) as never,
    });
  }
}
