import { describe, expect, it } from 'vitest';
import { createRunSchema, runConfigSchema, type RunConfigInput } from './run-config.js';

const aConfig = (overrides: Partial<RunConfigInput> = {}): RunConfigInput => ({
  dataset: { path: '/data' },
  loss: { name: 'triplet' },
  batch: { globalBatchSize: 120 },
  ranks: { max: 2 },
  maxSteps: 10,
  ...overrides,
});

describe('a run with a triplet loss', () => {
  it("has InsightFace's defaults, and groups that hold a rank's whole triplets", () => {
    const { loss, batch } = runConfigSchema.parse(aConfig());
    expect(loss).toEqual({ name: 'triplet', imagesPerIdentity: 5, bagSize: 7200, maxAnchorPositiveDistance: 0, margin: 0.3 });
    expect(batch.bnGroupSize).toBe(60);
    expect(runConfigSchema.parse(aConfig({ loss: { name: 'atriplet' } })).loss).toMatchObject({ margin: 0.35 });
  });

  it.each<[string, Partial<RunConfigInput>, (string | number)[], RegExp]>([
    ['groups by default', { batch: { globalBatchSize: 128 } }, ['batch', 'globalBatchSize'], /here 64.*divisible by 3/],
    ['groups by number', { batch: { globalBatchSize: 120, bnGroupSize: 20 } }, ['batch', 'bnGroupSize'], /divisible by 3/],
    ['micro-batches', { batch: { globalBatchSize: 120, accumulationSteps: 6 } }, ['batch', 'globalBatchSize'], /here 10/],
    ['epochs', { epochs: 2 }, ['epochs'], /use maxSteps/],
    ['warm-up in epochs', { schedule: { name: 'steps', warmupEpochs: 1 } }, ['schedule', 'warmupEpochs'], /use warmupSteps/],
    ['nothing to train', { network: { name: 'tiny', frozen: true } }, ['network', 'frozen'], /must be false/],
    ['too many pairs', { loss: { name: 'triplet', bagSize: 1e6, imagesPerIdentity: 500 } }, ['loss', 'bagSize'], /pairs/],
  ])('is refused for %s, naming the field', (_, overrides, path, message) => {
    for (const schema of [runConfigSchema, createRunSchema]) {
      const { error } = schema.safeParse(aConfig(overrides));
      expect(error?.issues).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
    }
  });

  it('leaves the other losses as they were', () => {
    const { error } = runConfigSchema.safeParse(
      aConfig({ loss: { name: 'arcface' }, batch: { globalBatchSize: 128 }, epochs: 2 }),
    );
    expect(error).toBeUndefined();
  });
});
