import type { KernelFunc } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { tf } from '../../tf.js';
import { batchNormTrain, batchNormTrainGrad } from './batch-norm.js';
import { concat, splitV } from './channels.js';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from './convolution.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput, depthwiseConv2d } from './depthwise.js';
import { adamW, exp, movingAverage, prelu, preluGrad, sgdMomentum } from './elementwise.js';
import { groupedConv2d, groupedConv2dBackpropFilter, groupedConv2dBackpropInput } from './grouped-convolution.js';
import type { Inputs, Kernel, KernelAttributes } from './kernel.js';
import { identity } from './identity.js';
import { batchMatMul, fusedMatMul } from './matmul.js';
import { avgPoolGrad, maxPoolGrad } from './pooling.js';
import { guardHeap, type WasmBackend } from './memory.js';

const KERNELS: Readonly<Record<string, Kernel>> = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Conv2D: conv2d,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2d,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  ArcGroupedConv2d: groupedConv2d,
  ArcGroupedConv2dBackpropFilter: groupedConv2dBackpropFilter,
  ArcGroupedConv2dBackpropInput: groupedConv2dBackpropInput,
  Concat: concat,
  SplitV: splitV,
  AvgPoolGrad: avgPoolGrad,
  MaxPoolGrad: maxPoolGrad,
  Identity: identity,
  Exp: exp,
  ArcBatchNormTrain: batchNormTrain,
  ArcBatchNormTrainGrad: batchNormTrainGrad,
  ArcPrelu: prelu,
  ArcPreluGrad: preluGrad,
  ArcSgdMomentum: sgdMomentum,
  ArcAdamW: adamW,
  ArcMovingAverage: movingAverage,
};

const prepared = new WeakSet<object>();

/** Puts our kernels in front of tfjs' on the running WebAssembly backend; once per backend. */
export function registerWasmKernels(): void {
  const backend = tf.backend() as unknown as WasmBackend;
  if (prepared.has(backend)) return;
  prepared.add(backend);
  guardHeap(backend);
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    const theirs = tf.getKernel(kernelName, 'wasm')?.kernelFunc;
    if (theirs !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: inFront(kernelName, kernel, theirs) });
  }
}

function inFront(kernelName: string, ours: Kernel, theirs: KernelFunc | undefined): KernelFunc {
  return (call) => {
    const result = ours(call.backend as WasmBackend, call.inputs as Inputs, (call.attrs ?? {}) as KernelAttributes);
    if (result !== null) return result;
    if (theirs !== undefined) return theirs(call);
    throw new ArcFleetError(
      'internal',
      `${kernelName} has no kernel on wasm for these attributes: ${JSON.stringify(call.attrs)}`,
    );
  };
}
