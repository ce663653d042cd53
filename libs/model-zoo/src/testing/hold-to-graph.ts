import { expect } from 'vitest';
import { tf } from '#engine';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { mxnetStatisticNames } from '../mxnet-names.js';
import { createNetwork, type NetworkOptions } from '../network.js';
import { filledImages, filledParameters, filledStatistics } from './filled-values.js';
import { interpretGraph } from './interpret-graph.js';

/**
 * Holds a network's embedding of one image to its graph, computed in float64.
 * @param tolerance in units of the embedding's root mean square.
 */
export function expectSameAsGraph(options: NetworkOptions, tolerance: number): void {
  const network = createNetwork(options);
  tf.tidy(() => {
    const parameters = filledParameters(network, (name) => name);
    const statistics = filledStatistics(network, mxnetStatisticNames);
    const image = tf.slice(filledImages(network.height), 0, 1) as Tensor4D;
    const found = network.embed(parameters, statistics, image).dataSync();

    const read = new Map<string, ArrayLike<number>>();
    const graph = network.graph();
    const expected = interpretGraph(
      graph,
      {
        parameter: (name) => {
          const values = parameters[name]!.dataSync();
          read.set(name, values);
          return values;
        },
        statistic: (name) => {
          const { mean, variance } = statistics[name]!;
          read.set(`${name}/statistics`, []);
          return { mean: mean.dataSync(), variance: variance.dataSync() };
        },
      },
      image.dataSync(),
    );
    const names = [
      ...network.parameters.filter((spec) => spec.isTrainable).map(({ name }) => name),
      ...network.statistics.map(({ name }) => `${name}/statistics`),
    ];
    expect([...read.keys()].sort()).toEqual(names.sort());
    expect(graph.at(-1)!.output).toMatchObject({ height: 1, width: 1, channels: network.embeddingSize });
    expect(found).toHaveLength(network.embeddingSize);
    const rms = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
    const worst = expected.reduce((max, value, index) => Math.max(max, Math.abs(value - found[index]!)), 0);
    expect(worst / rms, `${network.name} ${network.output}`).toBeLessThan(tolerance);
  });
}
