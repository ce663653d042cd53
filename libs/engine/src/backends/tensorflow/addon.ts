import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { DataId, DataType, KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { tf } from '../../tf.js';
import { ADDON_FILE, TFJS_NODE, type TensorFlowInstallation } from './installation.js';

/** One attribute of a TensorFlow op as the addon takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The addon's exports that are used here. */
interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  isUsingGpuDevice(): boolean;
}

/** tfjs-node's backend class: the part that its typings leave to the imagination, named here in one place. */
export interface NodeBackend extends KernelBackend {
  readonly binding: Binding;
  executeMultipleOutputs(op: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[], numOutputs: number): Tensor[];
}

type NodeBackendClass = new (binding: Binding, packageName: string) => NodeBackend;

/** Before the library starts: how many threads its kernels use, and silence below errors. What the user has set stays. */
function configureLibrary(threads: number): void {
  const settings = {
    TF_NUM_INTRAOP_THREADS: String(threads),
    // Ops run one after the other: more would only wait.
    TF_NUM_INTEROP_THREADS: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Ranks may share a GPU; by default the first one takes all of its memory.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
  // The library has no other door for these.
  // eslint-disable-next-line no-restricted-properties
  const { env } = process;
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith('TF_NUM_')) env[name] = value;
    else env[name] ??= value;
  }
}

/**
 * Loads the addon and tfjs-node's JavaScript around it, without the package's own entry, which looks for the addon inside
 * node_modules. Registers tfjs-node's kernels. Once per process.
 *
 * @throws ArcFleetError `engine_unavailable`, with the loader's message.
 */
export function loadBackend({ folder }: TensorFlowInstallation, threads: number): NodeBackend {
  configureLibrary(threads);
  const require = createRequire(import.meta.url);
  // tfjs-node 4.22 calls it; Node 23 removed it.
  (util as { isNullOrUndefined?: (value: unknown) => boolean }).isNullOrUndefined ??= (value) =>
    value === null || value === undefined;
  const file = join(folder, ADDON_FILE);
  let binding: Binding;
  try {
    binding = require(file) as Binding;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ArcFleetError(
      'engine_unavailable',
      `TensorFlow does not load from ${file}: ${reason}. A library named in this message is missing on this machine: ` +
        'install it; otherwise run "npx arcfleet engine install --force"',
      { file },
      { cause: error },
    );
  }
  require(`${TFJS_NODE}/dist/register_all_kernels.js`);
  const { NodeJSKernelBackend } = require(`${TFJS_NODE}/dist/nodejs_kernel_backend.js`) as {
    NodeJSKernelBackend: NodeBackendClass;
  };
  class Backend extends NodeJSKernelBackend {
    /** The library reads a tensor's values from where they lie, at the first op that uses them; shared memory may have changed by then. */
    override write(values: Parameters<KernelBackend['write']>[0], shape: number[], dtype: DataType): DataId {
      const isShared = ArrayBuffer.isView(values) && (values.buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
      return super.write(isShared ? values.slice() : values, shape, dtype);
    }
  }
  const backend = new Backend(binding, TFJS_NODE);
  tf.registerBackend('tensorflow', () => backend);
  return backend;
}
