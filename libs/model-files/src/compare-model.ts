import { NETWORK_NAMES, NETWORKS, OUTPUTS, type NetworkName } from '#contracts';
import { channelsFirstShape, createNetwork, type Network, type ParameterSpec } from '#model-zoo';
import type { StoredModel } from './stored-model.js';

export interface Difference {
  readonly name: string;
  /** null: the network has no such tensor. */
  readonly expected: readonly number[] | null;
  /** null: the stored model has none. */
  readonly found: readonly number[] | null;
}

type Tensors = Pick<StoredModel, 'order' | 'shapes'>;

/** Tensors of a class-center head beside the backbone, which MXNet's files may hold; nobody asks for them. */
const HEAD_TENSOR = /^fc7_/;

/** Where a stored model and a network differ, in the network's order; tensors that only the model has come last. */
export function differencesOf(network: Network, { order, shapes }: Tensors): Difference[] {
  const differences: Difference[] = [];
  const known = new Set<string>();
  const expect = (name: string, expected: readonly number[], isNeeded: boolean) => {
    known.add(name);
    const found = shapes.get(name) ?? null;
    if (found === null ? isNeeded : String(found) !== String(expected)) differences.push({ name, expected, found });
  };
  for (const spec of network.parameters) expect(spec.name, storedShape(spec, order), spec.isTrainable);
  for (const { name, channels } of network.statistics) {
    expect(`${name}_moving_mean`, [channels], true);
    expect(`${name}_moving_var`, [channels], true);
  }
  for (const [name, found] of shapes) {
    if (!known.has(name) && !HEAD_TENSOR.test(name)) differences.push({ name, expected: null, found });
  }
  return differences;
}

/** Extents of a parameter as the model stores it. */
export function storedShape(spec: ParameterSpec, order: StoredModel['order']): readonly number[] {
  return order === 'channelsLast' ? spec.shape : channelsFirstShape(spec);
}

/** True for tensors behind the last feature map, in any of the output layers that the network may have. */
export function isOutputTensor(network: Network): (name: string) => boolean {
  const variant = (output: (typeof OUTPUTS)[number]) => tensorNames(createNetwork({ ...network, output }));
  // `H` is one dense layer called fc1; all before it is the body.
  const body = new Set(variant('H').filter((name) => !name.startsWith('fc1_')));
  const outputs = new Set([...OUTPUTS.flatMap(variant), ...tensorNames(network)].filter((name) => !body.has(name)));
  return (name) => outputs.has(name);
}

/** The network of the catalog, with its own output layers, that a model without a name has the body of; null: none. */
export function recognizeNetwork(model: Tensors, { height, width }: { height: number; width: number }): NetworkName | null {
  for (const name of NETWORK_NAMES) {
    const network = createNetwork({ name, embeddingSize: NETWORKS[name].embeddingSize, height, width });
    const differences = differencesOf(network, model);
    // The first layer tells most networks apart, without building any variants.
    if (differences[0]?.name === network.parameters[0]!.name) continue;
    const isOutput = isOutputTensor(network);
    if (differences.every((difference) => isOutput(difference.name))) return name;
  }
  return null;
}

function tensorNames({ parameters, statistics }: Network): string[] {
  return [
    ...parameters.map(({ name }) => name),
    ...statistics.flatMap(({ name }) => [`${name}_moving_mean`, `${name}_moving_var`]),
  ];
}
