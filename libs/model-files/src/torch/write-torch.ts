import { ArcFleetError, NETWORKS, type FileEntry } from '#contracts';
import { writeSafetensors, type TensorSource } from '#formats';
import {
  channelsFirstShape,
  toChannelsFirst,
  TORCH_EPSILON,
  TORCH_NETWORKS,
  TORCH_PIXEL_SCALE,
  torchNetworkEpsilon,
  type Network,
} from '#model-zoo';
import { namedStatistics, type BackboneValues } from '../backbone-values.js';
import { torchTensorNames } from './torch-model.js';

/** The only layer that sees pixels. */
const FIRST_CONVOLUTIONS = ['conv0_weight', 'conv_1_conv2d_weight'];

/**
 * Writes a backbone as arcface_torch has it: the names, shapes and order of axes of its `state_dict()`, counters of batch norms
 * included, so that `load_state_dict(safetensors.torch.load_file(path))` takes it strictly.
 *
 * There pixel scale and epsilon are code. Where ours differ they go into the weights: the first convolution is linear in its
 * input (it has no bias, and pads with what 127.5 becomes), so its weight takes the ratio of the scales; a variance takes the
 * difference of the epsilons, since a batch norm sees their sum alone.
 *
 * @throws ArcFleetError `model_mismatch` for a network or output layers that arcface_torch does not have.
 */
export async function writeTorchSafetensors(
  path: string,
  network: Network,
  { parameters, statistics }: BackboneValues,
): Promise<FileEntry> {
  expectTorchNetwork(network);
  const theirs = torchTensorNames(network);
  const scale = network.pixelScale / TORCH_PIXEL_SCALE;
  const shift = torchNetworkEpsilon(network) - TORCH_EPSILON;
  const weights = network.parameters.map((spec): TensorSource => {
    const factor = FIRST_CONVOLUTIONS.includes(spec.name) ? scale : 1;
    const own = () => toChannelsFirst(spec, parameters.get(spec.name)!);
    const pieces = () => [factor === 1 ? own() : own().map((value) => value * factor)];
    return { name: theirs.get(spec.name)!, shape: channelsFirstShape(spec), pieces };
  });
  const running = namedStatistics(network, statistics).map(({ name, values }): TensorSource => {
    const isShifted = shift !== 0 && name.endsWith('_var');
    const pieces = () => [isShifted ? values.map((value) => value + shift) : values];
    return { name: theirs.get(name)!, shape: [values.length], pieces };
  });
  const counters = network.statistics.map(({ name }): TensorSource => {
    const mean = theirs.get(`${name}_moving_mean`)!;
    return {
      name: mean.replace(/running_mean$/, 'num_batches_tracked'),
      shape: [],
      type: 'I64',
      pieces: () => [new Float32Array(1)],
    };
  });
  return writeSafetensors(path, [...weights, ...running, ...counters], { format: 'pt', network: network.name });
}

function expectTorchNetwork({ name, output, squeezeExcitation }: Network): void {
  const theirs = TORCH_NETWORKS.find((each) => each === name);
  if (!theirs) throw mismatch(name, `arcface_torch has no ${name}; it has ${TORCH_NETWORKS.join(', ')}`);
  if (squeezeExcitation) throw mismatch(name, `arcface_torch's ${name} has no squeeze-and-excitation`);
  const own = NETWORKS[theirs].output;
  // Without training, E and FC (also known as I) are the same: they differ in their dropout.
  if (output === own || (own === 'E' && ['FC', 'I'].includes(output))) return;
  throw mismatch(name, `arcface_torch's ${name} ends in output layers ${own}, not ${output}`);
}

function mismatch(network: string, what: string): ArcFleetError {
  return new ArcFleetError('model_mismatch', `${what}. Convert to another format: onnx, mxnet or arcfleet`, { network });
}
