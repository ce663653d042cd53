import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runConfigSchema, type RunConfig, type RunConfigInput } from '../run-config/run-config.js';
import { estimateMemory, type RankMemory } from './estimate-memory.js';
import { estimateRun } from './estimate-run.js';
import { estimateSteps, estimateTime } from './estimate-time.js';

const aConfig = (more: Partial<RunConfigInput> = {}): RunConfig =>
  runConfigSchema.parse({
    dataset: { path: '/data' },
    maxSteps: 10,
    batch: { globalBatchSize: 128 },
    network: { name: 'y1' },
    ...more,
  });
const MIB = 2 ** 20;

describe('estimateMemory', () => {
  it('counts W and its momentum once per rank: 85,742 identities of 512 on two ranks', () => {
    const memory = estimateMemory(aConfig({ network: { name: 'r50' } }), 2, 85_742);
    expect(memory.classCenters).toBe(42_871 * 512 * 4);
    expect(memory.classCentersOptimizer).toBe(42_871 * 512 * 4);
    // 4 x 128 x 42,871 is 21 MiB: kept; with a chunk of 1,024 rows four times.
    expect(memory.logits).toBe(4 * 128 * 42_871 + 4 * 4 * 128 * 1_024);
    expect(memory.exchangedFeatures).toBe(6 * 4 * 128 * 512);
    expect(memory.backboneParameters! / MIB).toBeCloseTo((43.59 * 4) / 1.048576, 0);
  });

  it('keeps no logits above the limit of the head', () => {
    expect(estimateMemory(aConfig(), 1, 1_000_000).logits).toBe(4 * 4 * 128 * 1_024);
  });

  it('follows what the configuration asks for', () => {
    const of = (more: Partial<RunConfigInput>): RankMemory => estimateMemory(aConfig(more), 1, 1_000);
    const plain = of({});
    expect(of({ optimizer: { name: 'adamw' } }).backboneOptimizer).toBe(2 * plain.backboneOptimizer!);
    expect(of({ model: { emaDecay: 0.9 } }).backboneAverage).toBe(plain.backboneParameters);
    expect(of({ network: { name: 'y1', frozen: true } })).toMatchObject({
      backboneGradients: 0,
      backboneOptimizer: 0,
      activations: 0,
    });
    expect(of({ loss: { subCenters: 3 } }).classCenters).toBe(3 * plain.classCenters!);
    expect(of({ classSampling: { name: 'random', rate: 0.5 } }).sampledCenters).toBe(plain.classCenters! / 2);
    expect(of({ batch: { globalBatchSize: 128, accumulationSteps: 4 } }).activations).toBeLessThan(plain.activations! / 3);
    expect(of({ loss: { name: 'triplet' }, batch: { globalBatchSize: 120 } })).toMatchObject({ classCenters: 0, logits: 0 });
  });

  it('says what it does not know', () => {
    expect(estimateMemory(aConfig(), 1, null)).toMatchObject({ classCenters: null, logits: null, total: null });
    const large = aConfig({ dataset: { path: '/data', height: 224, width: 224 } });
    expect(estimateMemory(large, 1, 10)).toMatchObject({ backboneParameters: null, activations: null, total: null });
  });

  it('is the sum of its parts, and no part grows with the ranks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.constantFrom(1, 2, 4, 8, 16), (identities, worldSize) => {
        const { total, ...parts } = estimateMemory(aConfig(), worldSize, identities);
        const more = estimateMemory(aConfig(), worldSize * 2, identities);
        expect(Object.values(parts).reduce((sum: number, part) => sum + (part ?? NaN), 0)).toBe(total);
        for (const [name, part] of Object.entries(parts)) {
          // Logits are kept again once they fit.
          if (name !== 'logits') expect(more[name as keyof RankMemory]).toBeLessThanOrEqual(part ?? 0);
        }
      }),
    );
  });
});

describe('steps and time', () => {
  it('are those of maxSteps or of whole batches of the epochs, whichever ends first', () => {
    expect(estimateSteps(aConfig(), null)).toBe(10);
    expect(estimateSteps(aConfig({ maxSteps: 1_000, epochs: 2 }), 1_300)).toBe(20);
    expect(estimateSteps(aConfig({ maxSteps: 15, epochs: 2 }), 1_300)).toBe(15);
    expect(estimateSteps(aConfig({ epochs: 2 }), null)).toBeNull();
    expect(estimateSteps(aConfig({ epochs: 2, dataset: { path: '/data', minImagesPerIdentity: 3 } }), 1_300)).toBeNull();
  });

  it('rest on runs of the same ranks and batch, of one engine', () => {
    const run = (engine: string, samplesPerSecond: number) => ({ engine, worldSize: 1, globalBatchSize: 128, samplesPerSecond });
    const measured = [run('wasm', 100), run('wasm', 300), run('tensorflow', 900), { ...run('wasm', 1), worldSize: 2 }];
    expect(estimateTime(aConfig(), 1, 10, measured)).toEqual({ engine: 'wasm', samplesPerSecond: 200, runs: 2, seconds: 6.4 });
    expect(estimateTime(aConfig({ engine: 'tensorflow' }), 1, null, measured)).toMatchObject({ runs: 1, seconds: null });
    expect(estimateTime(aConfig({ engine: 'cpu' }), 1, 10, measured)).toMatchObject({ runs: 0, seconds: null });
  });

  it('are given for each number of ranks that the batch can be split over', () => {
    const config = aConfig({ ranks: { min: 1, max: 4 }, batch: { globalBatchSize: 128 } });
    const { ranks } = estimateRun(config, { identities: 10, images: null, from: 'request' }, []);
    expect(ranks.map(({ worldSize, batchPerRank }) => [worldSize, batchPerRank])).toEqual([
      [4, 32],
      [2, 64],
      [1, 128],
    ]);
  });
});
