import { fromChannelsFirst, type Network, type ParameterSpec } from '#model-zoo';
import type { StoredModel } from './stored-model.js';

/** What a backbone starts from. */
export interface BackboneValues {
  /** By name, in the network's order of axes; row-major. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Merged running statistics: mean and variance of every batch norm in the network's order. */
  readonly statistics: Float32Array;
}

/** Running statistics one by one under the names that stored models have, without copying. */
export function namedStatistics(network: Network, merged: Float32Array): { name: string; values: Float32Array }[] {
  let at = 0;
  return network.statistics.flatMap(({ name, channels }) =>
    ['moving_mean', 'moving_var'].map((suffix) => {
      at += channels;
      return { name: `${name}_${suffix}`, values: merged.subarray(at - channels, at) };
    }),
  );
}

/** A parameter in the network's order of axes. */
export async function readParameter(model: StoredModel, spec: ParameterSpec): Promise<Float32Array> {
  const values = await model.read(spec.name);
  return model.order === 'channelsLast' ? values : fromChannelsFirst(spec, values);
}

/** Merged running statistics; those that are not taken are 0 and 1. */
export async function readStatistics(
  model: StoredModel,
  network: Network,
  isTaken: (name: string) => boolean = () => true,
): Promise<Float32Array> {
  const numValues = network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0);
  const merged = new Float32Array(numValues);
  for (const { name, values } of namedStatistics(network, merged)) {
    if (isTaken(name)) values.set(await model.read(name));
    else values.fill(name.endsWith('_var') ? 1 : 0);
  }
  return merged;
}
