import { backboneParameters, NETWORK_NAMES, NETWORK_SIZES, NETWORKS, OUTPUTS, SIZES_INPUT, type NetworkName } from '#contracts';
import { startEngine } from '#engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from './network.js';
import { measureNetwork } from './testing/measure-network.js';

const count = (options: {
  name: NetworkName;
  embeddingSize: number;
  output?: (typeof OUTPUTS)[number];
  squeezeExcitation?: boolean;
}) => createNetwork({ ...options, ...SIZES_INPUT }).numParameters;

describe('the table of sizes by which memory is estimated', () => {
  it.each(NETWORK_NAMES)('has the parameters of %s at any embedding size', (name) => {
    const { output } = NETWORKS[name];
    for (const embeddingSize of [NETWORKS[name].embeddingSize, 96]) {
      const squeezeExcitation = false;
      expect(backboneParameters({ name, output, embeddingSize, squeezeExcitation })).toBe(count({ name, embeddingSize, output }));
    }
  });

  it.each(['tiny', 'y1', 'r18', 'm05'] as const)('has the parameters of %s with every output', (name) => {
    for (const output of OUTPUTS) {
      const expected = output === 'GNAP' ? null : count({ name, embeddingSize: 80, output });
      expect(backboneParameters({ name, output, embeddingSize: 80, squeezeExcitation: false }), output).toBe(expected);
    }
  });

  it('has those of squeeze-and-excitation', () => {
    for (const name of ['r18', 'r50'] as const) {
      const expected = count({ name, embeddingSize: 512, squeezeExcitation: true });
      expect(backboneParameters({ name, output: 'E', embeddingSize: 512, squeezeExcitation: true })).toBe(expected);
    }
  });
});

describe('the table of activations', () => {
  beforeAll(async () => {
    await startEngine('wasm', { threads: 1 });
  });

  it.each(['tiny', 'm05', 'mnas025', 'y1'] as const)('has what a pass of %s holds', (name) => {
    const network = createNetwork({ name, embeddingSize: NETWORKS[name].embeddingSize, ...SIZES_INPUT });
    const { activationBytesPerImage: perImage, activationBytesOnce: once } = NETWORK_SIZES[name];
    const one = measureNetwork(network, 1);
    expect(Math.max(one.forwardBytes, one.backwardBytes)).toBe(perImage + once);
    const three = measureNetwork(network, 3);
    const most = Math.max(three.forwardBytes, three.backwardBytes);
    expect(Math.abs(most - (3 * perImage + once)) / most).toBeLessThan(0.06);
  });
});
