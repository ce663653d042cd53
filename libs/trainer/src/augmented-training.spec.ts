import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConfigSchema, type AugmentationConfig, type TrainingJob } from '#contracts';
import { dropSmallIdentities, ImageDecoder, openTrainingSet, type TrainingSet } from '#datasets';
import { writeSet } from '../../datasets/src/testing/write-set.js';
import { epochBatches } from './data/batch-source.js';
import { TripletQueue } from './data/triplet-queue.js';
import { lossesOf, recordsOf } from './testing/run-ranks.js';
import { drawFace, encodePng } from './testing/tiny-faces.js';
import { checkpointsOf, lossDifference, modelOf, onEachEngine, relativeDifference, resultsOf } from './testing/training-scene.js';

const SIZE = 16;
const ALL: AugmentationConfig = { resize: 0.4, blur: 0.4, hsv: 0.4, grey: 0.2, jpeg: 0.5, colorJitter: 0.125, cutoff: 6 };

describe('batches with every augmentation', () => {
  let folder: string;
  let set: TrainingSet;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-augmented-'));
    // Class 3 has two images, the others ten.
    const labels = Array.from({ length: 32 }, (_, index) => (index < 30 ? index % 3 : 3));
    const images = labels.map((label, index) => encodePng(drawFace(label, index, SIZE), SIZE));
    await writeSet(folder, images, labels, { height: SIZE, width: SIZE });
    set = await openTrainingSet({ kind: 'faces_emore', path: folder });
  });
  afterAll(async () => {
    await set.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Pixels and labels of `steps` over all ranks, in the order of the global batch. */
  async function globalBatches(worldSize: number, steps: readonly number[], threads: number) {
    const config = runConfigSchema.parse({
      dataset: { path: folder, augmentation: ALL, minImagesPerIdentity: 3, prefetch: 3 },
      batch: { globalBatchSize: 12, bnGroupSize: 2 },
      ranks: { max: worldSize },
      epochs: 5,
      seed: 11,
    });
    const kept = dropSmallIdentities(set, config.dataset.minImagesPerIdentity);
    const all = new Map(steps.map((step) => [step, { pixels: [] as number[], labels: [] as number[] }]));
    for (let rank = 0; rank < worldSize; rank++) {
      const decoder = new ImageDecoder({ size: set, source: set.source, threads, augmentation: config.dataset.augmentation });
      const job: TrainingJob = {
        kind: 'training',
        runId: 'run-1',
        generation: 1,
        rank,
        worldSize,
        config,
        resumeFrom: null,
        rendezvousTimeoutMs: 1000,
      };
      const batches = epochBatches(job, kept, decoder);
      for (const step of steps) {
        const batch = await batches.batch(step);
        all.get(step)!.pixels.push(...batch.pixels);
        all.get(step)!.labels.push(...batch.labels);
        batches.release(batch);
      }
      await batches.close();
      await decoder.close();
    }
    return all;
  }

  it('are the same bits at any number of ranks and threads, and after a start anywhere', async () => {
    const whole = await globalBatches(1, [0, 1, 2, 3, 4], 0);
    expect(await globalBatches(2, [0, 1, 2, 3, 4], 0)).toEqual(whole);
    expect(await globalBatches(3, [0, 1, 2, 3, 4], 1)).toEqual(whole);
    const [third, fourth] = [whole.get(3), whole.get(4)];
    expect(await globalBatches(2, [3, 4], 2)).toEqual(
      new Map([
        [3, third],
        [4, fourth],
      ]),
    );
    // The identity with two images is not there, and the same image differs from epoch to epoch.
    expect([...whole.values()].flatMap(({ labels }) => labels)).not.toContain(3);
    expect(third!.pixels.some((value) => !Number.isInteger(value))).toBe(true);
  });

  it('of triplets draw by the place in the global batch as well', () => {
    const plansOf = (worldSize: number) =>
      Array.from({ length: worldSize }, (_, rank) => {
        const queue = new TripletQueue({ seed: 2, globalBatchSize: 12, blockSize: 6, rank, worldSize, mirrors: true });
        queue.append(
          0,
          Uint32Array.from({ length: 24 }, (_, at) => at),
        );
        return queue.batchAt(1)!;
      });
    const [whole] = plansOf(1);
    expect(whole!.draws).toEqual({ seed: 2, step: 1, firstSample: 0 });
    const halves = plansOf(2);
    expect(halves.flatMap(({ indices }) => [...Array.from(indices)])).toEqual([...Array.from(whole!.indices)]);
    expect(halves.map(({ draws }) => draws!.firstSample)).toEqual([0, 6]);
  });
});

onEachEngine(({ config, data, newStorage, trainOk }) => {
  it('a run with every augmentation has the losses of one rank at two, and after a stop the bits of one that never stopped', async () => {
    const augmented = config({ dataset: { path: data(), augmentation: ALL, minImagesPerIdentity: 2 }, maxSteps: 5 });
    const [whole, storageRoot] = [await newStorage(), await newStorage()];
    const undisturbed = await trainOk(2, augmented, { storageRoot: whole });
    const alone = await trainOk(1, augmented);
    // Sums run in another order.
    expect(lossDifference(lossesOf(alone), lossesOf(undisturbed))).toBeLessThan(1e-4);
    expect(lossDifference(lossesOf(await trainOk(1, config({ maxSteps: 5 }))), lossesOf(alone))).toBeGreaterThan(1e-3);

    const stopAt = (_: number, step: number) => (step === 2 ? ('stop' as const) : ('none' as const));
    const first = await trainOk(2, augmented, { storageRoot, stopAt });
    const resumeFrom = checkpointsOf(first).at(-1)!;
    const second = await trainOk(2, augmented, { storageRoot, generation: 2, resumeFrom });
    expect(resultsOf(second)).toEqual(new Array(2).fill({ outcome: 'succeeded', step: 5 }));
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(undisturbed));
    expect(relativeDifference(await modelOf(storageRoot, second), await modelOf(whole, undisturbed))).toBe(0);

    const values = recordsOf(undisturbed[0], 'metrics')[0]!.points[0]!.values;
    expect(values['dataWaitSeconds']).toBeGreaterThan(0);
    expect(values['decodeMsPerImage']).toBeGreaterThan(0);
    expect(values['readyBatches']).toBeGreaterThanOrEqual(0);
  });
});
