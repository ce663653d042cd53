import { describe, expect, it } from 'vitest';
import { runConfigSchema, type RunConfigInput } from './run-config.js';

/** Paths of the fields that are refused. */
function refused(overrides: Partial<RunConfigInput>): string[] {
  const result = runConfigSchema.safeParse({ dataset: { path: '/data' }, maxSteps: 10, ...overrides });
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

describe('rules between the fields of a run', () => {
  it('a run needs a length, in steps or in epochs', () => {
    expect(refused({ maxSteps: undefined })).toEqual(['maxSteps']);
    expect(refused({ maxSteps: undefined, epochs: 3 })).toEqual([]);
    expect(refused({ epochs: 3 })).toEqual([]);
  });

  it('an early stop needs verifications, of its target', () => {
    const earlyStop = { target: 'lfw', accuracy: 0.99 };
    expect(refused({ earlyStop })).toEqual([]);
    expect(refused({ earlyStop, verification: { everySteps: 0 } })).toEqual(['earlyStop']);
    expect(refused({ earlyStop, verification: { targets: ['cfp_fp'] } })).toEqual(['earlyStop.target']);
  });

  it('a backbone that stands still has no moving average', () => {
    expect(refused({ model: { emaDecay: 0.999 } })).toEqual([]);
    expect(refused({ model: { emaDecay: 0.999 }, network: { frozen: true } })).toEqual(['model.emaDecay']);
  });

  it('micro-batches are of one size and hold whole batch-norm groups', () => {
    const batch = { globalBatchSize: 48, accumulationSteps: 3 };
    expect(runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 1, batch, ranks: { max: 2 } }).batch.bnGroupSize).toBe(
      8,
    );
    expect(refused({ batch: { ...batch, bnGroupSize: 4 }, ranks: { max: 2 } })).toEqual([]);
    expect(refused({ batch: { ...batch, bnGroupSize: 12 }, ranks: { max: 2 } })).toEqual(['batch.bnGroupSize']);
    expect(refused({ batch: { ...batch, accumulationSteps: 5 }, ranks: { max: 2 } })).toEqual(['batch.globalBatchSize']);
  });
});
