import { initialValues, type Network } from '#model-zoo';
import type { BackboneValues } from '../backbone-values.js';

/** Values near those of a trained network: no two tensors alike, variances around 1, some of them small. */
export function randomValues(network: Network, seed = 1): BackboneValues {
  let state = seed;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const parameters = new Map<string, Float32Array>();
  for (const spec of network.parameters) {
    const values = initialValues(spec, seed);
    const isMoved = spec.isTrainable && spec.initializer.kind === 'constant';
    parameters.set(spec.name, isMoved ? values.map((value) => value + 0.4 * (next() - 0.5)) : values);
  }
  const statistics = network.statistics.flatMap(({ channels }) => [
    ...Array.from({ length: channels }, () => 0.2 * (next() - 0.5)),
    ...Array.from({ length: channels }, () => (next() < 0.01 ? 0.02 : 2 * next() + 1)),
  ]);
  return { parameters, statistics: Float32Array.from(statistics) };
}
