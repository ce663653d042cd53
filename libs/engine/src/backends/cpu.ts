import '@tensorflow/tfjs-backend-cpu';
import { registerPortableKernels } from '../portable-kernels.js';
import { tf } from '../tf.js';
import type { EngineBackend } from './backend.js';

/** Plain JavaScript: slow, needs nothing, the last resort and the reference in tests. */
export const cpuBackend: EngineBackend = {
  name: 'cpu',
  status: () => Promise.resolve({ name: 'cpu', available: true, detail: `plain JavaScript, tfjs ${tf.version_core}` }),
  async start() {
    // The backend would advertise tfjs-node on its first use.
    const backend = tf.findBackend('cpu') as unknown as { firstUse?: boolean } | null;
    if (backend !== null) backend.firstUse = false;
    registerPortableKernels('cpu');
    await tf.setBackend('cpu');
    return {
      name: 'cpu',
      description: `cpu: plain JavaScript, tfjs ${tf.version_core}, 1 thread`,
      threads: 1,
      readInto: (tensor, target) => void target.set(tensor.dataSync()),
    };
  },
};
