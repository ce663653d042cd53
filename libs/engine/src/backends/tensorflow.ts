import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import type { Attributes, TensorMap } from '../define-op.js';
import { registerPortableKernels } from '../portable-kernels.js';
import { tf } from '../tf.js';
import type { EngineBackend } from './backend.js';
import { loadBackend, type NodeBackend } from './tensorflow/addon.js';
import { batchNormKernels } from './tensorflow/batch-norm.js';
import { convolutionKernels } from './tensorflow/convolutions.js';
import { groupedConvolutionKernels } from './tensorflow/grouped-convolutions.js';
import {
  engineFolder,
  readInstallation,
  TENSORFLOW_VARIANTS,
  TENSORFLOW_VERSION,
  tensorFlowFolder,
  type TensorFlowInstallation,
} from './tensorflow/installation.js';
import { TensorFlowOps } from './tensorflow/operations.js';
import { poolingKernels } from './tensorflow/pooling.js';
import { preluKernels } from './tensorflow/prelu.js';
import { reluKernels } from './tensorflow/relu.js';

/** The library takes its thread count once per process, and cannot be unloaded. */
let loaded: { readonly backend: NodeBackend; readonly threads: number } | undefined;

/** TensorFlow itself, on the CPU or an NVIDIA GPU: the fastest, supplied by `npx arcfleet engine install`. */
export const tensorFlowBackend: EngineBackend = {
  name: 'tensorflow',
  status: (options) => {
    const installation = find(options?.folder);
    if (installation === undefined) return Promise.resolve({ name: 'tensorflow', available: false, detail: missing() });
    const { folder, manifest } = installation;
    const device = manifest.variant === 'gpu' ? 'CPU and NVIDIA GPU' : 'CPU';
    return Promise.resolve({
      name: 'tensorflow',
      available: true,
      detail: `TensorFlow ${manifest.tensorflow} (${device}) in ${folder}`,
    });
  },
  async start({ threads, folder }) {
    if (loaded === undefined) {
      const installation = find(folder);
      if (installation === undefined) throw new ArcFleetError('engine_unavailable', missing());
      const backend = loadBackend(installation, threads);
      await tf.setBackend('tensorflow'); // what it can do is found out by trying
      registerOwnKernels(backend);
      registerPortableKernels('tensorflow');
      loaded = { backend, threads };
    }
    await tf.setBackend('tensorflow');
    const { binding } = loaded.backend;
    const device = binding.isUsingGpuDevice() ? `on ${gpuNames()}` : 'on the CPU';
    return {
      name: 'tensorflow',
      description: `tensorflow: TensorFlow ${binding.TF_Version} ${device}, tfjs ${tf.version_core}, threads: ${loaded.threads}`,
      threads: loaded.threads,
      readInto: (tensor, target) => void target.set(tensor.dataSync()),
    };
  },
};

/** The GPU variant first: it also runs where there is no GPU. */
function find(folder: string | undefined): TensorFlowInstallation | undefined {
  for (const variant of TENSORFLOW_VARIANTS) {
    const installation = readInstallation(tensorFlowFolder(folder ?? engineFolder(), variant, TENSORFLOW_VERSION));
    if (installation !== undefined) return installation;
  }
  return undefined;
}

function missing(): string {
  if (process.platform !== 'linux') return `TensorFlow can be installed on Linux only, this is ${process.platform}`;
  return 'not installed: run "npx arcfleet engine install" (with --gpu for an NVIDIA GPU); it needs a C++ compiler';
}

function registerOwnKernels(backend: NodeBackend): void {
  const ops = new TensorFlowOps(backend);
  const kernels: Record<string, (inputs: TensorMap, attrs: Attributes) => Tensor | Tensor[]> = {
    ...convolutionKernels(ops),
    ...groupedConvolutionKernels(ops),
    ...poolingKernels(ops),
    ...preluKernels(ops),
    ...reluKernels(ops),
    ...(backend.binding.isUsingGpuDevice() ? {} : batchNormKernels(ops)),
  };
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'tensorflow') !== undefined) tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs as TensorMap, (attrs ?? {}) as Attributes)) as never,
    });
  }
}

/** Models of the GPUs that the driver knows; the addon does not say which one it took. */
function gpuNames(): string {
  const folder = '/proc/driver/nvidia/gpus';
  try {
    const models = readdirSync(folder).map((gpu) => {
      const text = readFileSync(join(folder, gpu, 'information'), 'utf8');
      return /^Model:\s*(.+)$/m.exec(text)?.[1] ?? 'unknown model';
    });
    if (models.length > 0) return `an NVIDIA GPU (${[...new Set(models)].join(', ')})`;
  } catch {
    // no such folder in some containers
  }
  return 'an NVIDIA GPU';
}
