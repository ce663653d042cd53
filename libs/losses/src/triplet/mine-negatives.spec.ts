import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RANDOM_STREAMS, uniformAt } from '#contracts';
import { engineFolder, engineStatuses, startEngine, type Engine } from '#engine';
import { numTensors, randoms } from '../testing/ranks.js';
import { anchorPositivePairs, anchorTiles } from './anchor-positive-pairs.js';
import { chooseNegative } from './choose-negative.js';
import { anchorsPerTile, mineNegatives, type MiningInputs } from './mine-negatives.js';

const D = 16;
/** 30 identities of 1 to 5 images, each around its own direction. */
const labels = Int32Array.from({ length: 30 }, (_, identity) => identity).reduce<number[]>(
  (all, identity) => [...all, ...new Array<number>((identity % 5) + 1).fill(identity)],
  [],
);
const N = labels.length;
const unit = (() => {
  const [centers, noise] = [randoms(30 * D, 5), randoms(N * D, 6)];
  const rows = Float32Array.from(noise, (value, at) => centers[labels[Math.floor(at / D)]! * D + (at % D)]! + 0.7 * value);
  for (let start = 0; start < rows.length; start += D) {
    const row = rows.subarray(start, start + D);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let d = 0; d < D; d++) row[d]! /= norm;
  }
  return rows;
})();
const pairs = anchorPositivePairs(labels);

/** Distances in float64, written as differences. */
function distancesTo(anchor: number, rows: Float32Array): number[] {
  return labels.map((_, image) => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += (rows[anchor * D + d]! - rows[image * D + d]!) ** 2;
    return sum;
  });
}

describe('a tile', () => {
  it('has 256 anchors, and fewer for a bag so large that their distances would not fit 64 MiB', () => {
    expect([1, 7200, 65_536].map(anchorsPerTile)).toEqual([256, 256, 256]);
    for (const numImages of [65_537, 1_000_000]) expect(anchorsPerTile(numImages) * numImages * 4).toBeLessThanOrEqual(2 ** 26);
    expect(anchorsPerTile(1_000_000)).toBe(16);
    expect(anchorsPerTile(100_000_000)).toBe(1);
  });
});

const folder = engineFolder(process.env);
for (const { name, available, detail } of await engineStatuses({ folder })) {
  if (!available) {
    console.info(`triplet mining: engine ${name} is not tested here: ${detail}`);
    continue;
  }
  describe(`triplet mining on ${name}`, () => {
    let engine: Engine;
    let before = 0;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      before = numTensors();
    });
    afterAll(() => expect(numTensors(), 'tensors left behind').toBe(before));

    const mine = (more: Partial<MiningInputs> = {}) =>
      mineNegatives({
        unit,
        labels,
        embeddingSize: D,
        pairs,
        tiles: anchorTiles(pairs, 16),
        margin: 0.3,
        maxAnchorPositiveDistance: 0,
        seed: 3,
        bag: 4,
        engine,
        ...more,
      });

    it('equals a search over all images in float64', async () => {
      const negatives = await mine();
      expect(negatives).toHaveLength(pairs.anchors.length);
      const expected = Array.from(negatives, (_, pair) => {
        const anchor = pairs.anchors[pair]!;
        const key = Math.floor(uniformAt(3, RANDOM_STREAMS.tripletNegatives, 4, pair) * 2 ** 32);
        return chooseNegative({
          distances: distancesTo(anchor, unit),
          labels,
          anchor,
          positive: pairs.positives[pair]!,
          margin: 0.3,
          key,
        });
      });
      // Rounding of float32 may move a candidate over the border; with these numbers it moves none.
      expect([...negatives]).toEqual(expected);
      expect(negatives.filter((negative) => negative >= 0).length).toBeGreaterThan(N / 2);
      expect(negatives.filter((negative) => negative < 0).length).toBeGreaterThan(0);
    });

    it('gives the same bits whoever mines a tile', async () => {
      const tiles = anchorTiles(pairs, 16);
      const whole = await mine({ tiles });
      const parts: number[] = [];
      for (const share of [tiles.slice(0, 1), tiles.slice(1, 3), tiles.slice(3)]) parts.push(...(await mine({ tiles: share })));
      expect(parts).toEqual([...whole]);
      expect([...(await mine({ tiles: [] }))]).toEqual([]);
    });

    it('draws anew in every bag and for every seed', async () => {
      const whole = [...(await mine())];
      expect([...(await mine({ bag: 5 }))]).not.toEqual(whole);
      expect([...(await mine({ seed: 4 }))]).not.toEqual(whole);
      expect([...(await mine())]).toEqual(whole);
    });

    it('leaves out pairs beyond the largest distance', async () => {
      const limited = await mine({ maxAnchorPositiveDistance: 0.5 });
      const whole = await mine();
      for (const [pair, negative] of limited.entries()) {
        const distance = distancesTo(pairs.anchors[pair]!, unit)[pairs.positives[pair]!]!;
        expect(negative).toBe(distance > 0.5 ? -1 : whole[pair]);
      }
      expect([...limited]).not.toEqual([...whole]);
    });

    it('finds no triplets where all embeddings are the same', async () => {
      const same = Float32Array.from({ length: N * D }, () => 1 / Math.sqrt(D));
      // Rounding may tell equal rows apart by its last bit; products of equal rows are equal.
      expect(new Set(await mine({ unit: same }))).toEqual(new Set([-1]));
    });
  });
}
