import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ArcFleetError } from '#contracts';
import { registerPortableKernels } from '../portable-kernels.js';
import { tf } from '../tf.js';
import type { EngineBackend } from './backend.js';
import { address, floats, type WasmBackend } from './wasm/memory.js';
import { registerWasmKernels } from './wasm/register.js';

/** Folder of the binaries that the package ships. */
function binaries(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep);
}

/** WebAssembly with SIMD on one thread: the embedded default, nothing to install. */
export const wasmBackend: EngineBackend = {
  name: 'wasm',
  status: async () => {
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const detail = `WebAssembly ${simd ? 'with' : 'without'} SIMD, 1 thread, tfjs ${tf.version_core}`;
    return { name: 'wasm', available: true, detail };
  },
  async start() {
    if (tf.getBackend() !== 'wasm') {
      setWasmPaths(binaries());
      setThreadsCount(1);
    }
    if (!(await tf.setBackend('wasm'))) {
      throw new ArcFleetError('engine_unavailable', `the WebAssembly backend did not start from ${binaries()}`);
    }
    if (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) registerWasmKernels();
    registerPortableKernels('wasm');
    const { detail } = await wasmBackend.status();
    return {
      name: 'wasm',
      description: `wasm: ${detail}`,
      threads: 1,
      // Straight from the heap: dataSync() would copy once more.
      readInto: (tensor, target) => {
        const backend = tf.backend() as unknown as WasmBackend;
        target.set(floats(backend, address(backend, tensor), tensor.size));
      },
    };
  },
};
