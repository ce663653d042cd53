import type { TensorInfo } from '@tensorflow/tfjs-core';
import { address, functionsOf, withOutputs, type WasmBackend } from './memory.js';
import { sizeOf, type Kernel } from './kernel.js';

/** `Exp`, float32 */
export const exp: Kernel = (backend, { x }) => {
  if (x!.dtype !== 'float32') return null;
  return withOutputs(backend, [x!.shape], (y) => functionsOf(backend).exp!(sizeOf(x!.shape) * 4, address(backend, x!), y))[0]!;
};

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
 * Replaces tensors that the op takes over: in place where nobody else holds them, else into new ones. `run` gets the addresses
 * of the results.
 */
function update(backend: WasmBackend, owned: readonly TensorInfo[], run: (...results: number[]) => void): TensorInfo[] {
  if (owned.some(({ dataId }) => backend.refCount(dataId) > 1)) {
    return withOutputs(
      backend,
      owned.map(({ shape }) => shape),
      run,
    );
  }
  run(...owned.map((tensor) => address(backend, tensor)));
  return owned.map(({ dataId, shape, dtype }) => {
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}

/** `ArcSgdMomentum` */
export const sgdMomentum: Kernel = (backend, { param, velocity, grad }, attrs) => {
  const { lr, momentum, weightDecay } = attrs as Record<string, number>;
  const addresses = [param!, velocity!, grad!].map((tensor) => address(backend, tensor));
  return update(backend, [param!, velocity!], (...results) =>
    functionsOf(backend).sgdMomentum!(sizeOf(param!.shape) * 4, ...addresses, ...results, lr!, momentum!, weightDecay!),
  );
};

/** `ArcAdamW` */
export const adamW: Kernel = (backend, { param, moment1, moment2, grad }, attrs) => {
  const { decay, beta1, complement1, beta2, complement2, stepSize, rootScale, epsilon } = attrs as Record<string, number>;
  const constants = [decay!, beta1!, complement1!, beta2!, complement2!, stepSize!, rootScale!, epsilon!];
  const addresses = [param!, moment1!, moment2!, grad!].map((tensor) => address(backend, tensor));
  return update(backend, [param!, moment1!, moment2!], (...results) =>
    functionsOf(backend).adamW!(sizeOf(param!.shape) * 4, ...addresses, ...results, ...constants),
  );
};

/** `ArcMovingAverage` */
export const movingAverage: Kernel = (backend, { average, value }, attrs) => {
  const { decay, complement } = attrs as Record<string, number>;
  const addresses = [average!, value!].map((tensor) => address(backend, tensor));
  return update(backend, [average!], (...results) =>
    functionsOf(backend).movingAverage!(sizeOf(average!.shape) * 4, ...addresses, ...results, decay!, complement!),
  );
};
