import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contiguousFolds } from './folds.js';

describe('contiguousFolds', () => {
  it("gives the blocks of scikit-learn's KFold(10)", () => {
    const sizes = (numPairs: number) => contiguousFolds(numPairs, 10).map(({ start, end }) => end - start);
    expect(sizes(6_000)).toEqual(Array(10).fill(600));
    // scikit-learn 1.9.1: [len(test) for _, test in KFold(10).split(range(137))]
    expect(sizes(137)).toEqual([14, 14, 14, 14, 14, 14, 14, 13, 13, 13]);
  });

  it('covers every pair once, in order; the longer folds come first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 10_000 }), fc.integer({ min: 2, max: 10 }), (numPairs, numFolds) => {
        const folds = contiguousFolds(numPairs, numFolds);
        let next = 0;
        folds.forEach(({ start, end }, f) => {
          expect(start).toBe(next);
          expect(end - start).toBe(Math.floor(numPairs / numFolds) + (f < numPairs % numFolds ? 1 : 0));
          next = end;
        });
        expect(folds).toHaveLength(numFolds);
        expect(next).toBe(numPairs);
      }),
    );
  });
});
