import { describe, expect, it } from 'vitest';
import { createRunSchema, runConfigSchema } from './run-config.js';

const base = { dataset: { path: '/data' }, maxSteps: 1 };

describe('the network of a run', () => {
  it('may have squeeze-and-excitation where its units are residual ones, and nowhere else', () => {
    for (const name of ['r18', 'r50v1', 'r200'] as const) {
      expect(createRunSchema.safeParse({ ...base, network: { name, squeezeExcitation: true } }).success, name).toBe(true);
    }
    const refused = createRunSchema.safeParse({ ...base, network: { name: 'y1', squeezeExcitation: true } });
    expect(refused.error?.issues).toMatchObject([{ path: ['network', 'squeezeExcitation'] }]);
  });

  it('may have another epsilon where MXNet and PyTorch disagree about it, and nowhere else', () => {
    const constants = { epsilon: 1e-5, pixelScale: 1 / 127.5 };
    expect(runConfigSchema.parse({ ...base, network: { name: 'r50', ...constants } }).network).toMatchObject(constants);
    const refused = createRunSchema.safeParse({ ...base, network: { name: 'm1', ...constants } });
    expect(refused.error?.issues).toMatchObject([{ path: ['network', 'epsilon'] }]);
  });

  it('has its own output layers and drop rate unless the run names others', () => {
    const { network } = runConfigSchema.parse({ ...base, network: { name: 'r50' } });
    expect(network).toMatchObject({ embeddingSize: 512, output: 'E', dropout: 0.4 });
    const other = runConfigSchema.parse({ ...base, network: { name: 'r50', output: 'GNAP', dropout: 0.1 } });
    expect(other.network).toMatchObject({ output: 'GNAP', dropout: 0.1 });
  });
});
