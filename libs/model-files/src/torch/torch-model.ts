import { ArcFleetError } from '#contracts';
import { SafetensorsReader } from '#formats';
import { createNetwork, TORCH_NETWORKS, torchConstants, torchNames, type Network } from '#model-zoo';
import type { StoredModel } from '../stored-model.js';
import { TorchArchive } from './torch-archive.js';

/** Tensors of a state dict under PyTorch's names. */
interface StateDict {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Faces are that large in every script of arcface_torch. */
const SIZE = 112;
/** Counts batches where PyTorch's batch norm has no momentum; these have one. */
const COUNTER = /\.num_batches_tracked$/;

/**
 * A backbone of arcface_torch: `backbone.pth` and `model.pt` of torch.save, or the same tensors as safetensors.
 *
 * @throws ArcFleetError `checkpoint_corrupt`, `pickle_refused`; `model_mismatch` for other layers than those of {@link TORCH_NETWORKS}.
 */
export async function openTorchModel(file: string): Promise<StoredModel> {
  const dict = file.endsWith('.safetensors') ? await openSafetensors(file) : await TorchArchive.open(file);
  try {
    const network = recognizeTorchNetwork(dict.shapes, file);
    const theirs = torchTensorNames(network);
    for (const { name, isTrainable } of network.parameters) if (!isTrainable) await expectOnes(dict, theirs.get(name)!, file);
    return {
      path: file,
      weights: file,
      format: 'torch',
      network: network.name,
      options: network,
      order: 'channelsFirst',
      shapes: new Map([...theirs].map(([name, stored]) => [name, dict.shapes.get(stored)!])),
      read: (name) => dict.read(theirs.get(name) ?? name),
      close: () => dict.close(),
    };
  } catch (error) {
    await dict.close();
    throw error;
  }
}

async function openSafetensors(file: string): Promise<StateDict> {
  const reader = await SafetensorsReader.open(file);
  return {
    shapes: new Map(reader.names.map((name) => [name, reader.shapeOf(name)])),
    read: (name) => reader.read(name),
    close: () => reader.close(),
  };
}

/** The network that has these very layers, as arcface_torch builds it. */
function recognizeTorchNetwork(shapes: StateDict['shapes'], file: string): Network {
  const stored = [...shapes.keys()].filter((name) => !COUNTER.test(name));
  const [embeddingSize] = shapes.get('fc.weight') ?? shapes.get('features.layers.2.weight') ?? [];
  for (const name of embeddingSize === undefined ? [] : TORCH_NETWORKS) {
    const network = createNetwork({ name, embeddingSize: embeddingSize!, height: SIZE, width: SIZE, ...torchConstants(name) });
    const theirs = [...torchTensorNames(network).values()];
    if (theirs.length === stored.length && theirs.every((each) => shapes.has(each))) return network;
  }
  const units = [1, 2, 3, 4].map((layer) => countUnits(stored, layer));
  const found = units.some((count) => count > 0)
    ? `an iresnet of ${units.join('-')} units`
    : `${stored.length} tensors (${stored.slice(0, 3).join(', ')} ...)`;
  throw new ArcFleetError(
    'model_mismatch',
    `${file} holds ${found}; of arcface_torch's networks ${TORCH_NETWORKS.join(', ')} can be read, as backbone.state_dict() has them. Export another network to ONNX there`,
    { file },
  );
}

function countUnits(names: readonly string[], layer: number): number {
  const prefix = `layer${layer}.`;
  return new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.split('.')[1])).size;
}

/** Names here (running statistics as stored models have them) -> names in the state dict. */
export function torchTensorNames(network: Network): Map<string, string> {
  const { parameters, statistics } = torchNames(network);
  const names = new Map(parameters);
  for (const [name, { mean, variance }] of statistics) {
    names.set(`${name}_moving_mean`, mean).set(`${name}_moving_var`, variance);
  }
  return names;
}

/** PyTorch multiplies by a weight that it does not train, too; here it is 1 whatever is stored. */
async function expectOnes(dict: StateDict, name: string, file: string): Promise<void> {
  if ((await dict.read(name)).every((value) => value === 1)) return;
  throw new ArcFleetError('model_mismatch', `${file}: ${name} is not 1 throughout, but that weight is fixed at 1 here`, { file });
}
