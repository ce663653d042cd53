import type { TensorInfo } from '@tensorflow/tfjs-core';
import { address, functionsOf, withOutputs } from './memory.js';
import { sizeOf, type Kernel } from './kernel.js';

/** `ArcPrelu` */
export const prelu: Kernel = (backend, { x, slope }) => {
  const channels = x!.shape.at(-1)!;
  const rows = sizeOf(x!.shape) / channels;
  return withOutputs(backend, [x!.shape], (y) =>
    functionsOf(backend).prelu!(rows, channels * 4, address(backend, x!), y, address(backend, slope!)),
  );
};

/** `ArcPreluGrad` */
export const preluGrad: Kernel = (backend, { dy, x, slope }) => {
  const channels = x!.shape.at(-1)!;
  const rows = sizeOf(x!.shape) / channels;
  return withOutputs(backend, [x!.shape, [channels]], (dx, dSlope) => {
    const [gradient, input, slopes] = [address(backend, dy!), address(backend, x!), address(backend, slope!)];
    const { preluGrad, zeros } = functionsOf(backend);
    zeros!(dSlope, channels * 4);
    preluGrad!(rows, channels * 4, gradient, input, dx, slopes, dSlope);
  });
};

/**
 * `ArcSgdMomentum`: in place where nobody else holds the tensors, since the op takes them over; else into new ones.
 */
export const sgdMomentum: Kernel = (backend, { param, velocity, grad }, attrs) => {
  const run = (newParam: number, newVelocity: number) =>
    functionsOf(backend).sgdMomentum!(
      sizeOf(param!.shape) * 4,
      address(backend, param!),
      address(backend, velocity!),
      address(backend, grad!),
      newParam,
      newVelocity,
      attrs.lr as number,
      attrs.momentum as number,
      attrs.weightDecay as number,
    );
  const owned = [param!, velocity!];
  if (owned.some(({ dataId }) => backend.refCount(dataId) > 1)) {
    return withOutputs(backend, [param!.shape, velocity!.shape], run);
  }
  run(address(backend, param!), address(backend, velocity!));
  return owned.map(({ dataId, shape, dtype }): TensorInfo => {
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
};
