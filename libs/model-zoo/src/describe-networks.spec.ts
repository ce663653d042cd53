import { describe, expect, it } from 'vitest';
import { NETWORKS } from '#contracts';
import { describeNetworks } from './describe-networks.js';
import { NETWORK_FACTORIES } from './registry.js';

const described = describeNetworks();
const sizes = new Map(described.map((each) => [each.name, each]));

describe('the description of networks', () => {
  // No engine was started here: making a tensor would throw.
  it('has every network that there is, in the order of the catalog, and makes no tensor', () => {
    const names = Object.keys(NETWORKS).filter((name) => Object.hasOwn(NETWORK_FACTORIES, name));
    expect(described.map(({ name }) => name)).toEqual(names);
  });

  // insightface.md 4.5: millions of parameters to two digits, giga-operations to two.
  it.each([
    ['r18', 24.03, 5.22],
    ['r34', 34.14, 8.91],
    ['r50', 43.59, 12.61],
    ['r100', 65.16, 24.17],
  ] as const)('%s has %f M parameters and %f GFLOP', (name, parameters, flops) => {
    const { numParameters, flops: counted } = sizes.get(name)!;
    expect(numParameters / 1e6).toBeCloseTo(parameters, 2);
    expect(counted / 1e9).toBeCloseTo(flops, 2);
  });

  it.each([
    ['y1', 1_003_264, 439.8],
    ['y2', 1_996_288, 933.3],
  ] as const)('%s has %d parameters and %f MFLOP', (name, parameters, flops) => {
    expect(sizes.get(name)!.numParameters).toBe(parameters);
    expect(sizes.get(name)!.flops / 1e6).toBeCloseTo(flops, 1);
  });

  it('says what the catalog says about sizes and outputs', () => {
    for (const { name, embeddingSize, output, description } of described) {
      expect({ embeddingSize, output, description }, name).toEqual({
        embeddingSize: NETWORKS[name].embeddingSize,
        output: NETWORKS[name].output,
        description: NETWORKS[name].description,
      });
    }
  });
});
