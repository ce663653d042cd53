import fc from 'fast-check';
import { createInMemoryCollectives, type Collective } from '#collective';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, type Engine } from '#engine';
import { shardOf } from '../shard.js';
import { numTensors, randoms } from '../testing/ranks.js';
import { largest } from './nearest-cells.js';
import { NearestClasses } from './nearest-classes.js';

const D = 16;

/** Centers around `numGroups` random directions, in random order, and rows near the same directions. */
function clustered(numClasses: number, numGroups: number, numRows: number) {
  const directions = randoms(numGroups * D, 1);
  const noise = randoms(numClasses * D, 2);
  const rowNoise = randoms(numRows * D, 3);
  const groupOf = (at: number) => (at * 7919 + (at >>> 5)) % numGroups;
  const around = (group: number, d: number, off: number) => directions[group * D + d]! + 0.25 * off;
  return {
    centers: Float32Array.from(noise, (value, at) => 0.01 * around(groupOf(Math.floor(at / D)), at % D, value)),
    features: Float32Array.from(rowNoise, (value, at) => 3 * around(Math.floor(at / D) % numGroups, at % D, value)),
    labels: Int32Array.from({ length: numRows }, (_, row) => {
      // A class of the row's own group.
      for (let label = row; ; label++) if (groupOf(label) === row % numGroups) return label % numClasses;
    }),
  };
}

/** Gives every class the center of another one. */
function turn(centers: Float32Array): void {
  centers.set([...centers.slice(-7 * D), ...centers.slice(0, -7 * D)]);
}

const folder = engineFolder(process.env);
for (const { name, available, detail } of await engineStatuses({ folder })) {
  if (!available) {
    console.info(`nearest class sampling: engine ${name} is not tested here: ${detail}`);
    continue;
  }
  describe(`nearest class sampling on ${name}`, () => {
    let engine: Engine;
    let before = 0;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      before = numTensors();
    });
    afterAll(() => expect(numTensors(), 'tensors left behind').toBe(before));

    /** One sampler per rank over the same rows of W. */
    function samplers(centers: Float32Array, worldSize: number, rate: number, refreshSteps = 100) {
      const numClasses = centers.length / D;
      return createInMemoryCollectives(worldSize).map((collective, rank) => {
        const shard = { numClasses, ...shardOf(numClasses, rank, worldSize) };
        const range = (start: number, size: number) =>
          centers.slice((shard.classStart + start) * D, (shard.classStart + start + size) * D);
        const sampler = new NearestClasses({
          ...shard,
          sampling: { name: 'nearest', rate, refreshSteps },
          seed: 11,
          engine,
          centers: { embeddingSize: D, range, rowsOf: (local) => range(local, 1) },
        });
        return { sampler, shard, collective };
      });
    }
    type Ranks = { sampler: NearestClasses; shard: { classStart: number; numLocalClasses: number }; collective: Collective }[];

    async function select(ranks: Ranks, features: Float32Array, labels: Int32Array, step: number) {
      const selections = await Promise.all(
        ranks.map(({ sampler, collective }) => sampler.select({ step, features, labels, collective })),
      );
      const classes = selections.flatMap(({ local }, rank) => Array.from(local, (at) => ranks[rank]!.shard.classStart + at));
      for (const { numActive, metrics } of selections) {
        expect(numActive).toBe(classes.length);
        expect(metrics).toEqual(selections[0]!.metrics);
      }
      return { classes, recall: selections[0]!.metrics['nearestRecall'] };
    }
    const dispose = (ranks: Ranks) => ranks.forEach(({ sampler }) => sampler.dispose());

    it('finds the nearest classes of clustered centers, far above a random choice of as many', async () => {
      const { centers, features, labels } = clustered(4000, 80, 8);
      for (const [rate, least] of [
        [0.2, 0.9],
        [0.1, 0.7],
        [0.05, 0.4],
      ] as const) {
        const ranks = samplers(centers, 2, rate);
        const { classes, recall } = await select(ranks, features, labels, 1);
        dispose(ranks);
        expect(classes.length).toBe(4000 * rate);
        // A random choice finds a share of `rate`.
        expect(recall, `rate ${rate}`).toBeGreaterThan(least);
      }
    });

    it('says what it finds: the recall equals an exhaustive search in float64', async () => {
      const { centers, features, labels } = clustered(900, 30, 8);
      const ranks = samplers(centers, 3, 0.1);
      const { classes, recall } = await select(ranks, features, labels, 1);
      dispose(ranks);
      const selected = new Set(classes);
      let found = 0;
      for (const row of [0, 2, 4, 6]) {
        const cosines = Array.from({ length: 900 }, (_, label) => {
          let [dot, norm] = [0, 0];
          for (let d = 0; d < D; d++) {
            dot += centers[label * D + d]! * features[row * D + d]!;
            norm += centers[label * D + d]! ** 2;
          }
          return { label, cosine: dot / Math.sqrt(norm) };
        });
        const nearest = cosines.filter(({ label }) => label !== labels[row]).sort((a, b) => b.cosine - a.cosine);
        found += nearest.slice(0, 50).filter(({ label }) => selected.has(label)).length;
      }
      expect(recall).toBe(found / 200);
    });

    it('keeps every positive, fills the quota exactly, and is the same at 1, 2, 3 and 5 ranks', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 3, max: 700 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
          fc.nat(1000),
          async (numClasses, rate, rows, seed) => {
            const centers = randoms(numClasses * D, seed);
            const labels = Int32Array.from(rows, (value) => value % numClasses);
            const features = randoms(labels.length * D, seed + 1);
            let expected: number[] | null = null;
            for (const worldSize of [1, 2, 3, 5]) {
              const ranks = samplers(centers, worldSize, rate);
              const { classes } = await select(ranks, features, labels, 1);
              const later = await select(ranks, features, labels, 2);
              dispose(ranks);
              expect(classes.every((value, at) => value < numClasses && value > (classes[at - 1] ?? -1))).toBe(true);
              expect(labels.every((label) => classes.includes(label))).toBe(true);
              expect(classes.length).toBe(Math.max(Math.round(rate * numClasses), new Set(labels).size));
              expect(later.classes.length).toBe(classes.length);
              expected ??= classes;
              expect(classes).toEqual(expected);
            }
          },
        ),
        { numRuns: 10, seed: 4 },
      );
    });

    it('keeps its index until the next refresh, whatever becomes of W', async () => {
      const { centers, features, labels } = clustered(1000, 20, 8);
      const ranks = samplers(centers, 2, 0.4, 3);
      const first = await select(ranks, features, labels, 1);
      turn(centers);
      const second = await select(ranks, features, labels, 2);
      const last = await select(ranks, features, labels, 3);
      const renewed = await select(ranks, features, labels, 4);
      dispose(ranks);
      const overlap = second.classes.filter((label) => first.classes.includes(label)).length;
      // All but what is drawn at random.
      expect(overlap).toBeGreaterThan(380);
      expect(first.recall).toBeGreaterThan(0.8);
      expect(second.recall).toBeUndefined();
      expect(last.recall).toBeLessThan(0.5);
      expect(renewed.recall).toBeGreaterThan(0.8);
    });

    it('goes on from a checkpoint with the index as it was, at another number of ranks too', async () => {
      const { centers, features, labels } = clustered(1000, 40, 8);
      const ranks = samplers(centers, 2, 0.1, 50);
      await select(ranks, features, labels, 1);
      const stored = new Map<string, { width: number; values: Float32Array }>();
      for (const { name, width } of ranks[0]!.sampler.slots) {
        const parts = ranks.map(({ sampler, shard }) => sampler.rows(0, shard.numLocalClasses)[name]!);
        stored.set(name, { width, values: Float32Array.from(parts.flatMap((part) => [...part])) });
      }
      turn(centers);
      const undisturbed = await select(ranks, features, labels, 2);
      dispose(ranks);
      for (const worldSize of [1, 2, 3]) {
        const resumed = samplers(centers, worldSize, 0.1, 50);
        for (const { sampler, shard } of resumed) {
          const half = Math.floor(shard.numLocalClasses / 2);
          for (const [start, end] of [
            [0, half],
            [half, shard.numLocalClasses],
          ] as const) {
            const given = [...stored].map(([name, { width, values }]) => {
              const cut = values.slice((shard.classStart + start) * width, (shard.classStart + end) * width);
              return [name, cut] as const;
            });
            sampler.load(start, end - start, Object.fromEntries(given));
          }
          expect(() => sampler.load(0, 2, { cell: new Float32Array(1) })).toThrow('cell_centroids');
        }
        // A checkpoint that is written before the next step is what was loaded.
        const again = resumed.flatMap(({ sampler, shard }) => [...sampler.rows(0, shard.numLocalClasses)['cell_centroids']!]);
        expect(again).toEqual([...stored.get('cell_centroids')!.values]);
        expect((await select(resumed, features, labels, 2)).classes).toEqual(undisturbed.classes);
        dispose(resumed);
      }
      // Without slots, as from a run that sampled otherwise, the index is built at once.
      const fresh = samplers(centers, 2, 0.1, 50);
      for (const { sampler, shard } of fresh) sampler.load(0, shard.numLocalClasses, {});
      expect((await select(fresh, features, labels, 2)).classes).not.toEqual(undisturbed.classes);
      dispose(fresh);
    });
  });
}

describe('the largest of many', () => {
  it('are those of a sort, among equals the first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), fc.nat(60), (values, count) => {
        const places = new Int32Array(Math.min(count, values.length));
        largest(Float32Array.from(values), places);
        const sorted = values.map((value, at) => ({ value, at })).sort((a, b) => b.value - a.value || a.at - b.at);
        expect([...places]).toEqual(sorted.slice(0, places.length).map(({ at }) => at));
      }),
    );
  });
});
