import { describe, expect, it } from 'vitest';
import { scoreEmbeddings } from './score-embeddings.js';
import { drawer } from './testing/drawn-pairs.js';

describe('scoreEmbeddings', () => {
  it('gives the numbers of numpy and scikit-learn', () => {
    const [numPairs, dim] = [43, 7];
    const next = drawer(77);
    const unit = () => (next() % 2_001) / 1_000 - 1;
    const values: number[] = [];
    const isSame: number[] = [];
    for (let pair = 0; pair < numPairs; pair++) {
      const same = next() % 2 === 0;
      isSame.push(Number(same));
      const person = () => Array.from({ length: dim }, () => 4 * unit());
      let center = person();
      for (const side of [0, 1]) {
        if (side === 1 && !same) center = person();
        values.push(...center.map((value) => value + 1.8 * unit()));
      }
    }
    // numpy 2.4.6, scikit-learn 1.9.1 on the same draws: normalize in float64, KFold(10), thresholds arange(0, 4, 0.01).
    const scores = scoreEmbeddings(Float32Array.from(values), dim, Uint8Array.from(isSame));
    expect(scores.pairs).toBe(43);
    expect(scores.accuracy).toBeCloseTo(0.9, 12);
    expect(scores.std).toBeCloseTo(0.16583123951777, 12);
    expect(scores.thresholds).toEqual([1.11, 1.11, 1.11, 1.11, 0.5, 0.5, 1.11, 1.11, 1.11, 1.11]);
    expect(scores.accuracies).toEqual([1, 1, 1, 1, 0.5, 0.75, 1, 1, 1, 0.75]);
    expect(scores.xnorm).toBeCloseTo(6.387250686436551, 10);
    expect(Object.keys(scores.tarAtFar)).toEqual(['0.001', '0.01', '0.1']);
  });
});
