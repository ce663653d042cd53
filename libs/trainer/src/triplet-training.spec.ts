import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CheckpointManifest, RunConfigInput } from '#contracts';
import { tripletQueueSchema, type TripletQueueState } from './data/triplet-queue.js';
import { lossesOf, recordsOf, type RankOutcome, type RunRanks } from './testing/run-ranks.js';
import { checkpointsOf, lossDifference, modelOf, onEachEngine, relativeDifference } from './testing/training-scene.js';

/** Scalars that rank 0 reported under a name, by step; steps without it are left out. */
function seriesOf(outcomes: readonly RankOutcome[], name: string): [step: number, value: number][] {
  return recordsOf(outcomes[0], 'metrics').flatMap(({ points }) =>
    points.flatMap(({ step, values }): [number, number][] => (values[name] === undefined ? [] : [[step, values[name]]])),
  );
}

async function queueOf(storageRoot: string, { folder }: CheckpointManifest): Promise<TripletQueueState> {
  return tripletQueueSchema.parse(JSON.parse(await readFile(join(storageRoot, folder, 'batches.json'), 'utf8')));
}

const stopAfter =
  (last: number): RunRanks['stopAt'] =>
  (_, step) =>
    step === last ? 'stop' : 'none';

onEachEngine(({ config, newStorage, train, trainOk }) => {
  /** 24 triplets a step out of bags of 35 images (7 identities, 5 images each): about two steps per bag. */
  const aConfig = (overrides: Partial<RunConfigInput> = {}): RunConfigInput =>
    config({
      loss: { name: 'triplet', margin: 0.5, bagSize: 40 },
      optimizer: { learningRate: 0.005 },
      // Whole groups of whole triplets at 1, 2 and 3 ranks.
      batch: { globalBatchSize: 72, bnGroupSize: 12 },
      maxSteps: 6,
      ...overrides,
    });

  it.each([
    ['triplet', [1, 2, 3]],
    ['atriplet', [1, 3]],
  ] as const)('%s: on %j ranks it mines the same triplets and has the same losses', async (name, worldSizes) => {
    const configuration = aConfig({ loss: { name, margin: 0.5, bagSize: 40 }, checkpoint: { everySteps: 1, keep: 100 } });
    const runs = [];
    for (const worldSize of worldSizes) {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(worldSize, configuration, { storageRoot });
      const queues = [];
      for (const manifest of checkpointsOf(outcomes)) queues.push(await queueOf(storageRoot, manifest));
      const metrics = ['activeTriplets', 'minedTriplets', 'minedBags'].map((metric) => seriesOf(outcomes, metric));
      runs.push({ losses: lossesOf(outcomes), metrics, queues });
    }
    const [one, ...others] = runs;
    expect(one!.losses).toHaveLength(6);
    expect(one!.losses[5]).not.toBe(one!.losses[0]);
    const [active, mined] = one!.metrics;
    expect(active).toHaveLength(6);
    // Several bags were mined, by several states of the network, and some of their triplets waited for the next one.
    expect(mined!.length).toBeGreaterThan(1);
    for (const [, count] of mined!) expect(count).toBeGreaterThan(10);
    expect(one!.queues.at(-1)!.nextBag).toBeGreaterThan(1);
    for (const { losses, metrics, queues } of others) {
      // Gradients are summed in another order; measured 2e-6. Bits of the weights differ, and yet every triplet is the same.
      expect(lossDifference(losses, one!.losses)).toBeLessThan(3e-5);
      expect(metrics).toEqual(one!.metrics);
      expect(queues).toEqual(one!.queues);
    }
  });

  it('counts mining as computing, not as waiting for data', async () => {
    // A clock that moves on by a second each time that somebody looks at it.
    let seconds = 0;
    const outcomes = await trainOk(1, aConfig({ maxSteps: 3 }), { now: () => 1000 * seconds++ });
    const waits = new Map(seriesOf(outcomes, 'dataWaitSeconds'));
    const [[step, miningSeconds]] = seriesOf(outcomes, 'miningSeconds') as [[number, number]];
    expect(miningSeconds).toBe(1);
    // Three seconds from the first look to the last one, one of them mining.
    expect(waits.get(step)).toBe(2);
  });

  it.each([1, 2])('goes on in the middle of a bag on %i rank(s) as if it had never stopped: the same bits', async (worldSize) => {
    const configuration = aConfig({ checkpoint: { everySteps: 2 } });
    const [storageA, storageB] = [await newStorage(), await newStorage()];
    const whole = await trainOk(worldSize, configuration, { storageRoot: storageA });
    const first = await trainOk(worldSize, configuration, { storageRoot: storageB, stopAt: stopAfter(3) });
    const manifest = checkpointsOf(first).at(-1)!;
    expect(manifest.step).toBe(3);
    expect((await queueOf(storageB, manifest)).triplets.length, 'triplets that wait').toBeGreaterThan(0);
    const second = await trainOk(worldSize, configuration, { storageRoot: storageB, generation: 2, resumeFrom: manifest });
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole));
    expect(relativeDifference(await modelOf(storageB, second), await modelOf(storageA, whole))).toBe(0);
  });

  it('goes on at another number of ranks', async () => {
    const configuration = aConfig({ ranks: { min: 1, max: 3 } });
    const storageRoot = await newStorage();
    const whole = await trainOk(1, configuration);
    const first = await trainOk(3, configuration, { storageRoot, stopAt: stopAfter(3) });
    const second = await trainOk(2, configuration, { storageRoot, generation: 2, resumeFrom: checkpointsOf(first)[0]! });
    expect(lossDifference([...lossesOf(first), ...lossesOf(second)], lossesOf(whole))).toBeLessThan(3e-5);
  });

  it('ends on all ranks when nothing is left to learn from', async () => {
    // With a margin that small next to no negative is semi-hard.
    const outcomes = await train(2, aConfig({ loss: { name: 'triplet', margin: 1e-12, bagSize: 40 } }));
    for (const { error } of outcomes) {
      expect(error).toMatchObject({ code: 'dataset_invalid', message: expect.stringContaining('loss.margin') });
    }
  });
});
