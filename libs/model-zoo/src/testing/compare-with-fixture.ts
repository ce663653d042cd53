import { expect } from 'vitest';
import { tf, vjp } from '#engine';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { mxnetStatisticNames } from '../mxnet-names.js';
import { createNetwork, type Network } from '../network.js';
import { torchNames } from '../torch-names.js';
import { toChannelsFirst } from '../weight-layouts.js';
import { filledGradient, filledImages, filledParameters, filledStatistics, IMAGES } from './filled-values.js';
import { sampleRow, type Naming, type NetworkFixture, type RowSample } from './fixture.js';

export type Original = 'mxnet' | 'pytorch';

export function networkOf(fixture: NetworkFixture): Network {
  return createNetwork({ height: 112, width: 112, ...fixture.options, dropout: 0 });
}

/** MXNet's names are ours. */
export function namingOf(original: Original, network: Network): Naming {
  if (original === 'mxnet') return { parameter: (name) => name, batchNorm: (name) => name };
  const names = torchNames(network);
  return {
    parameter: (name) => names.parameters.get(name)!,
    batchNorm: (name) => names.statistics.get(name)!.mean.replace(/\.running_mean$/, ''),
  };
}

interface Tolerance {
  /** Of single values, in units of the row's root mean square. */
  readonly value: number;
  /** Of the row's norm, relative. */
  readonly norm: number;
}
const TRAINING: Tolerance = { value: 1e-3, norm: 1e-3 };
/** Behind 50 layers a value near the corner of a PReLU may fall on its other side: single values differ, norms hardly do. */
const GRADIENT: Tolerance = { value: 5e-2, norm: 1e-2 };

/** Embeddings of two images, each alone, under filled parameters and running statistics. */
export function expectSameEvaluation(original: Original, fixture: NetworkFixture, tolerance: number): void {
  const network = networkOf(fixture);
  const { parameter, batchNorm } = namingOf(original, network);
  tf.tidy(() => {
    const parameters = filledParameters(network, parameter);
    const statistics = filledStatistics(network, (name) =>
      original === 'mxnet'
        ? mxnetStatisticNames(name)
        : { mean: `${batchNorm(name)}.running_mean`, variance: `${batchNorm(name)}.running_var` },
    );
    const images = filledImages(network.height);
    for (const [index, expected] of fixture.evaluation.entries()) {
      const embedding = tf.tidy(() => network.embed(parameters, statistics, tf.slice(images, index, 1) as Tensor4D));
      expect(embedding.shape).toEqual([1, network.embeddingSize]);
      expectSameRow(embedding.dataSync(), expected, { value: tolerance, norm: tolerance }, `embedding of image ${index}`);
    }
  });
}

/** Gradients of parameters for a filled gradient of two images' embeddings, with running statistics. */
export function expectSameFrozenGradients(fixture: NetworkFixture, tolerance: number): void {
  const network = networkOf(fixture);
  const gradients = fixture.frozen!;
  const parameters = filledParameters(network, (name) => name);
  const statistics = filledStatistics(network, mxnetStatisticNames);
  const images = tf.tidy(() => tf.slice(filledImages(network.height), 0, 2)) as Tensor4D;
  const recorded = vjp(
    () => network.embed(parameters, statistics, images),
    Object.fromEntries(Object.keys(gradients).map((name) => [name, parameters[name]!])),
  );
  const dy = filledGradient([2, network.embeddingSize]);
  const pulled = recorded.pullback(dy);
  for (const [name, expected] of Object.entries(gradients)) {
    const spec = network.parameters.find((each) => each.name === name)!;
    const values = toChannelsFirst(spec, pulled[name]!.dataSync() as Float32Array);
    expectSameRow(values, expected, { value: tolerance, norm: tolerance }, `gradient of ${name}`, 8);
  }
  recorded.dispose();
  tf.dispose([parameters, statistics, images, dy, pulled] as never);
}

/** Embeddings of three images in train mode (one group), and gradients of parameters for a filled gradient of the embeddings. */
export function expectSameTraining(original: Original, fixture: NetworkFixture): void {
  const network = networkOf(fixture);
  const { parameter } = namingOf(original, network);
  const { embeddings, gradients } = fixture.training!;
  const parameters = filledParameters(network, parameter);
  const specs = network.parameters.filter((spec) => spec.isTrainable);
  const images = filledImages(network.height);
  const recorded = vjp(
    () => network.train(parameters, images, { bnGroupSize: IMAGES }),
    Object.fromEntries(specs.map(({ name }) => [name, parameters[name]!])),
  );
  const rows = recorded.value.dataSync();
  const size = network.embeddingSize;
  for (const [index, expected] of embeddings.entries()) {
    expectSameRow(rows.subarray(index * size, (index + 1) * size), expected, TRAINING, `embedding of image ${index}`);
  }
  const dy = filledGradient([IMAGES, size]);
  const pulled = recorded.pullback(dy);
  let compared = 0;
  for (const spec of specs) {
    const expected = gradients[parameter(spec.name)];
    if (!expected) continue;
    const values = toChannelsFirst(spec, pulled[spec.name]!.dataSync() as Float32Array);
    expectSameRow(values, expected, GRADIENT, `gradient of ${spec.name}`, 8);
    compared++;
  }
  expect(compared).toBeGreaterThan(8);
  recorded.dispose();
  tf.dispose([parameters, images, dy, pulled] as never);
}

function expectSameRow(row: ArrayLike<number>, expected: RowSample, tolerance: Tolerance, what: string, count = 16): void {
  const actual = sampleRow(row, count);
  const scale = Math.max(expected.norm / Math.sqrt(row.length), 1e-6);
  const worst = Math.max(...expected.values.map((value, index) => Math.abs(value - actual.values[index]!)));
  expect(worst / scale, `${what}: largest error, relative to the root mean square`).toBeLessThan(tolerance.value);
  expect(Math.abs(actual.norm / expected.norm - 1), `${what}: norm`).toBeLessThan(tolerance.norm);
}
