import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorPositivePairs, anchorTiles } from './anchor-positive-pairs.js';
import { chooseNegative, type NegativeChoice } from './choose-negative.js';

const bags = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 })
  .map((counts) => counts.flatMap((count, identity) => new Array<number>(count).fill(identity)));

describe('anchor-positive pairs', () => {
  it('are all ordered pairs of an identity, anchors rising', () => {
    fc.assert(
      fc.property(bags, (labels) => {
        const { anchors, positives } = anchorPositivePairs(labels);
        const expected: string[] = [];
        for (const [a, of] of labels.entries()) {
          for (const [p, label] of labels.entries()) if (label === of && p > a) expected.push(`${a}-${p}`);
        }
        expect([...anchors].map((anchor, pair) => `${anchor}-${positives[pair]}`)).toEqual(expected);
      }),
    );
  });

  it('are cut into tiles without gaps, each of so many different anchors, the last of no more', () => {
    fc.assert(
      fc.property(bags, fc.integer({ min: 1, max: 9 }), (labels, size) => {
        const pairs = anchorPositivePairs(labels);
        const tiles = anchorTiles(pairs, size);
        let next = 0;
        for (const [index, { firstPair, endPair }] of tiles.entries()) {
          expect(firstPair).toBe(next);
          const numAnchors = new Set(pairs.anchors.subarray(firstPair, endPair)).size;
          if (index < tiles.length - 1) expect(numAnchors).toBe(size);
          else expect(numAnchors).toBeLessThanOrEqual(size);
          // No anchor is in two tiles.
          if (firstPair > 0) expect(pairs.anchors[firstPair]).not.toBe(pairs.anchors[firstPair - 1]);
          next = endPair;
        }
        expect(next).toBe(pairs.anchors.length);
      }),
    );
  });
});

describe('the negative of a pair', () => {
  const scene = fc
    .record({
      labels: bags.filter((labels) => labels.length > 3),
      key: fc.integer({ min: 0, max: 0xffffffff }),
      margin: fc.double({ min: 0.01, max: 2, noNaN: true }),
      noise: fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 120, maxLength: 120 }),
    })
    .map(({ labels, noise, ...rest }): NegativeChoice => ({
      labels,
      distances: noise.slice(0, labels.length),
      anchor: 0,
      positive: labels.findIndex((label, at) => at > 0 && label === labels[0]),
      ...rest,
    }))
    .filter(({ positive }) => positive > 0);

  const candidatesOf = ({ labels, distances, anchor, positive, margin }: NegativeChoice): number[] => {
    const found: number[] = [];
    for (let image = 0; image < labels.length; image++) {
      const [near, far] = [distances[positive]!, distances[image]!];
      if (labels[image] !== labels[anchor] && near < far && far < near + margin) found.push(image);
    }
    return found;
  };

  it('is a semi-hard one of another identity, or none where there is none', () => {
    fc.assert(
      fc.property(scene, (choice) => {
        const candidates = candidatesOf(choice);
        const chosen = chooseNegative(choice);
        if (candidates.length === 0) expect(chosen).toBe(-1);
        else expect(candidates).toContain(chosen);
      }),
      { numRuns: 300 },
    );
  });

  it('stays the same when another candidate comes in or goes', () => {
    fc.assert(
      fc.property(scene, fc.nat(), (choice, which) => {
        const chosen = chooseNegative(choice);
        const others = candidatesOf(choice).filter((image) => image !== chosen);
        fc.pre(others.length > 0);
        const distances = Array.from(choice.distances);
        distances[others[which % others.length]!] = 5;
        expect(chooseNegative({ ...choice, distances })).toBe(chosen);
      }),
    );
  });

  it('is each candidate equally often', () => {
    const labels = Array.from({ length: 40 }, (_, image) => image >> 1);
    // 19 candidates between 0.5 and 0.7; the rest is too near or too far.
    const distances = labels.map((_, image) => (image < 2 ? 0.5 : image % 2 === 0 ? 0.5 + 0.01 * (image / 2) : 0.3 + image));
    const counts = new Map<number, number>();
    const draws = 19 * 1000;
    for (let key = 0; key < draws; key++) {
      const chosen = chooseNegative({ labels, distances, anchor: 0, positive: 1, margin: 0.2, key: Math.imul(key, 0x01000193) });
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, at) => 2 + 2 * at));
    // Chi-square with 18 degrees of freedom: above 42.3 once in a thousand draws of a fair choice; the keys are fixed.
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(42.3);
  });
});
