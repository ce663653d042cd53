import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { NETWORK_NAMES, NETWORKS, uniformAt } from '#contracts';
import { engineFolder, engineStatuses, startEngine, tf, vjp } from '#engine';
import { createNetwork, type Network } from './network.js';
import { initialValues } from './parameters.js';
import { NETWORK_FACTORIES } from './registry.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

function parametersOf(network: Network, seed = 1) {
  return Object.fromEntries(network.parameters.map((spec) => [spec.name, tf.tensor(initialValues(spec, seed), [...spec.shape])]));
}

function restingStatistics(network: Network) {
  return Object.fromEntries(
    network.statistics.map(({ name, channels }) => [
      name,
      { mean: tf.zeros([channels]) as never, variance: tf.ones([channels]) as never },
    ]),
  );
}

function images(count: number, size: number): Tensor4D {
  const pixels = new Float32Array(count * size * size * 3);
  return tf.tensor4d(
    pixels.map((_, index) => Math.floor(256 * uniformAt(1, 100, index))),
    [count, size, size, 3],
  );
}

describe.each(engines)('networks on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 1, folder });
  });

  it('implement every name of the catalog, and no other', () => {
    expect(Object.keys(NETWORK_FACTORIES).sort()).toEqual([...NETWORK_NAMES].sort());
  });

  it('refuse an option that they do not have with validation_failed', () => {
    const options = { embeddingSize: 8, height: 16, width: 16, squeezeExcitation: true };
    expect(() => createNetwork({ name: 'tiny', ...options })).toThrow(/tiny has no squeeze-and-excitation/);
    expect(createNetwork({ name: 'r18', ...options }).parameters.map(({ name }) => name)).toContain(
      'stage1_unit1_se_conv1_weight',
    );
  });

  it('take output layers and drop rate from the options, else from the catalog', () => {
    const options = { name: 'r18', embeddingSize: 8, height: 32, width: 32 };
    expect(createNetwork(options)).toMatchObject({ output: 'E', dropout: 0.4, squeezeExcitation: false });
    expect(createNetwork({ ...options, output: 'H', dropout: 0.1 })).toMatchObject({ output: 'H', dropout: 0.1 });
    // The embedding of Z is the last feature map, 2 x 2 x 512.
    expect(createNetwork({ ...options, output: 'Z' }).embeddingSize).toBe(2048);
  });

  it('with dropout give a sample the same embedding in any micro-batch and when repeated, and another one at the next step', () => {
    const network = createNetwork({ name: 'tiny', embeddingSize: 8, height: 16, width: 16, output: 'E', dropout: 0.4 });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const parameters = parametersOf(network);
      const x = images(4, 16);
      const embed = (start: number, count: number, step = 5) =>
        network
          .train(parameters, tf.slice(x, start, count), {
            bnGroupSize: 2,
            dropoutKey: { seed: 9, step, firstSample: 100 + start },
          })
          .arraySync();
      const whole = embed(0, 4);
      expect([...embed(0, 2), ...embed(2, 2)]).toEqual(whole);
      expect(embed(0, 4)).toEqual(whole);
      expect(embed(0, 4, 6)).not.toEqual(whole);
      expect(() => network.train(parameters, x, { bnGroupSize: 2 })).toThrow(/needs a dropoutKey/);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses an unknown name with not_found', () => {
    expect(() => createNetwork({ name: 'r1000', embeddingSize: 8, height: 16, width: 16 })).toThrow(/no network 'r1000'/);
  });

  it('y1 has the published number of parameters and running statistics', () => {
    const network = createNetwork({ name: 'y1', embeddingSize: NETWORKS.y1.embeddingSize, height: 112, width: 112 });
    expect(network.numParameters).toBe(1_003_264);
    expect(network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0)).toBe(19_584);
    expect(network.parameters[0]).toMatchObject({ name: 'conv_1_conv2d_weight', shape: [3, 3, 3, 64] });
    expect(network.parameters.at(-1)?.name).toBe('fc1_beta');
  });

  it('tiny stays within 300,000 parameters', () => {
    expect(createNetwork({ name: 'tiny', embeddingSize: 128, height: 112, width: 112 }).numParameters).toBeLessThan(300_000);
  });

  it('draw start values from the seed and the name alone, with the standard deviation of Xavier fan-out', () => {
    const network = createNetwork({ name: 'y1', embeddingSize: 128, height: 112, width: 112 });
    const spec = network.parameters.find(({ name }) => name === 'conv_6sep_conv2d_weight')!;
    const values = initialValues(spec, 3);
    expect(values).toEqual(initialValues({ ...spec }, 3));
    expect(values).not.toEqual(initialValues(spec, 4));
    const std = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(std).toBeCloseTo(Math.sqrt(2 / 512), 3);
  });

  it('draw uniform start values within their bound', () => {
    // The dense layer of arcface_torch's r200 is PyTorch's: +-1 / sqrt(inputs), its bias too.
    const network = createNetwork({ name: 'r200', embeddingSize: 128, height: 32, width: 32 });
    for (const name of ['pre_fc1_weight', 'pre_fc1_bias']) {
      const values = initialValues(
        network.parameters.find((spec) => spec.name === name)!,
        3,
      );
      const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(largest, name).toBeLessThanOrEqual(1 / Math.sqrt(2048));
      expect(largest, name).toBeGreaterThan(0.9 / Math.sqrt(2048));
      expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length), name).toBeLessThan(0.004);
    }
  });

  it.each([
    ['tiny', 16],
    ['y1', 32],
  ])('%s gives embeddings, statistics per group and a gradient for every parameter, and leaks nothing', (name, size) => {
    const network = createNetwork({ name, embeddingSize: 8, height: size, width: size });
    const before = tf.memory().numTensors;
    const parameters = parametersOf(network);
    const running = restingStatistics(network);
    const x = images(6, size);
    const seen = new Map<string, number[]>();
    const recorded = vjp(
      () => network.train(parameters, x, { bnGroupSize: 3, onBatchStatistics: (bn, { mean_GC }) => seen.set(bn, mean_GC.shape) }),
      Object.fromEntries(
        network.parameters.filter((spec) => spec.isTrainable).map((spec) => [spec.name, parameters[spec.name]!]),
      ),
    );
    expect(recorded.value.shape).toEqual([6, 8]);
    expect([...seen.keys()]).toEqual(network.statistics.map((statistic) => statistic.name));
    expect(seen.get('fc1')).toEqual([2, 8]);
    const dy = tf.randomNormal([6, 8], 0, 1, 'float32', 5);
    const gradients = recorded.pullback(dy);
    for (const spec of network.parameters.filter((each) => each.isTrainable)) {
      expect(gradients[spec.name]!.shape).toEqual(spec.shape);
    }
    const largest = (tensor: { dataSync(): ArrayLike<number> }) => Math.max(...Array.from(tensor.dataSync(), Math.abs));
    expect(largest(gradients[network.parameters[0]!.name]!)).toBeGreaterThan(0);
    expect(gradients['fc1_gamma']).toBeUndefined();

    const embedded = tf.tidy(() => network.embed(parameters, running, x));
    expect(embedded.shape).toEqual([6, 8]);
    expect(embedded.dataSync().every(Number.isFinite)).toBe(true);

    recorded.dispose();
    tf.dispose([parameters, running, x, dy, gradients, embedded] as never);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a group sees only its own samples', () => {
    const network = createNetwork({ name: 'tiny', embeddingSize: 8, height: 16, width: 16 });
    const parameters = parametersOf(network);
    const x = images(4, 16);
    const both = network.train(parameters, x, { bnGroupSize: 2 }).arraySync();
    const first = network.train(parameters, tf.slice(x, 0, 2), { bnGroupSize: 2 }).arraySync();
    expect(both.slice(0, 2)).toEqual(first);
    const together = network.train(parameters, x, { bnGroupSize: 4 }).arraySync();
    expect(together.slice(0, 2)).not.toEqual(first);
  });
});
