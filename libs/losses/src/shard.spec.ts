import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { shardOf } from './shard.js';

describe('shardOf', () => {
  it('covers every class once, in order, with sizes that differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 64 }), (numClasses, worldSize) => {
        let next = 0;
        const sizes = new Set<number>();
        for (let rank = 0; rank < worldSize; rank++) {
          const { classStart, numLocalClasses } = shardOf(numClasses, rank, worldSize);
          expect(classStart).toBe(next);
          next += numLocalClasses;
          sizes.add(numLocalClasses);
        }
        expect(next).toBe(numClasses);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('splits emore as arcface_torch does', () => {
    expect(shardOf(85_742, 5, 8)).toEqual({ classStart: 53_590, numLocalClasses: 10_718 });
    expect(shardOf(85_742, 7, 8)).toEqual({ classStart: 75_025, numLocalClasses: 10_717 });
  });

  it('refuses ranks that do not exist', () => {
    expect(() => shardOf(10, 3, 3)).toThrow(/rank 3 of 3/);
    expect(() => shardOf(0, 0, 1)).toThrow();
  });
});
