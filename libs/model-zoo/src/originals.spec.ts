import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine } from '#engine';
import { createNetwork } from './network.js';
import { expectSameEvaluation, expectSameTraining, namingOf, networkOf } from './testing/compare-with-fixture.js';
import { batchNormsDigest, parametersDigest, readFixtures } from './testing/fixture.js';
import { torchNames } from './torch-names.js';

const folder = engineFolder(process.env);
/** The last resort takes minutes for a convolution network. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

describe.each(['mxnet', 'pytorch'] as const)('networks as %s has them', (original) => {
  for (const [name, fixture] of readFixtures(original)) {
    it(`${name} has the same parameters, running statistics and operations`, () => {
      const network = networkOf(fixture);
      const naming = namingOf(original, network);
      expect(network.numParameters).toBe(fixture.numParameters);
      expect(network.parameters).toHaveLength(fixture.parameters.count);
      expect(parametersDigest(network, naming)).toBe(fixture.parameters.sha256);
      expect(network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0)).toBe(fixture.numStatistics);
      expect(network.statistics).toHaveLength(fixture.batchNorms.count);
      if (fixture.flops !== null) expect(network.flops).toBe(fixture.flops);
    });

    it(`${name} has the same output shapes after each stage`, () => {
      const network = networkOf(fixture);
      const naming = namingOf(original, network);
      const shapes = new Map(
        network.statistics.map(({ name: norm, input }) => [naming.batchNorm(norm), [input.channels, input.height, input.width]]),
      );
      for (const [norm, shape] of Object.entries(fixture.stages)) expect(shapes.get(norm), norm).toEqual(shape);
      expect(batchNormsDigest(network, naming)).toBe(fixture.batchNorms.sha256);
    });
  }
});

describe('names in arcface_torch', () => {
  it('are those of its state dict, and a layer that it lacks has none', () => {
    const options = { name: 'r18', embeddingSize: 8, height: 32, width: 32 };
    const { parameters, statistics } = torchNames(createNetwork(options));
    expect(parameters.get('stage2_unit1_conv1sc_weight')).toBe('layer2.0.downsample.0.weight');
    expect(parameters.get('stage1_unit2_relu1_gamma')).toBe('layer1.1.prelu.weight');
    expect(statistics.get('fc1')).toEqual({ mean: 'features.running_mean', variance: 'features.running_var' });
    expect(() => torchNames(createNetwork({ ...options, output: 'SFC' }))).toThrow(/no layer for convf/);
  });
});

/** All output layers on y1, and one network of each other family; the large ones are in large-networks.golden.spec.ts. */
const isSmall = (name: string) => /^(y|mbf|.*-small$)/.test(name);

describe.each(engines)('embeddings on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 1, folder });
  });

  for (const original of ['mxnet', 'pytorch'] as const) {
    for (const [name, fixture] of readFixtures(original)) {
      if (!isSmall(name)) continue;
      it(`${name} gives ${original}'s embeddings in eval mode (1e-4)`, () => expectSameEvaluation(original, fixture, 1e-4));
      if (!fixture.training) continue;
      it(`${name} gives ${original}'s embeddings (1e-3) and gradients (5e-2, their norms 1e-2) in train mode`, () =>
        expectSameTraining(original, fixture));
    }
  }
});
