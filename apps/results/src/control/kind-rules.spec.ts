import { describe, expect, it } from 'vitest';
import { KIND_RULES } from './kind-rules.js';

describe('world sizes', () => {
  it('of an evaluation are all that are allowed, the largest first; a request for embeddings has one rank', () => {
    expect(KIND_RULES.evaluation.worldSizes({ ranks: { min: 2, max: 5 }, batch: null })).toEqual([5, 4, 3, 2]);
    expect(KIND_RULES.embedding.worldSizes({ ranks: { min: 1, max: 1 }, batch: null })).toEqual([1]);
  });

  it('of a training split the batch into whole groups', () => {
    const batch = { globalBatchSize: 12, bnGroupSize: 2 };
    expect(KIND_RULES.training.worldSizes({ ranks: { min: 1, max: 6 }, batch })).toEqual([6, 3, 2, 1]);
  });
});
