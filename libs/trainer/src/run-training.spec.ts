import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointManifest, RunConfigInput } from '#contracts';
import type { Engine } from '#engine';
import { lossesOf, recordsOf, type RunRanks } from './testing/run-ranks.js';
import { tinyFaces } from './testing/tiny-faces.js';
import {
  checkpointsOf,
  foldersOf,
  modelOf,
  NUM_CLASSES,
  onEachEngine,
  relativeDifference,
  resultsOf,
  SIZE,
} from './testing/training-scene.js';

onEachEngine((scene) => {
  const { config: aConfig, newStorage, train, trainOk } = scene;

  describe('runTraining on several ranks', () => {
    it('gives the losses and weights of one rank (train mode, batch norm, classes not divisible)', async () => {
      // Groups of 8: over fewer samples batch norm divides by so little that rounding grows from step to step.
      const config = aConfig({
        maxSteps: 20,
        batch: { globalBatchSize: 48, bnGroupSize: 8 },
        schedule: { boundaries: [15] },
      });
      const runs = [];
      for (const worldSize of [1, 2, 3]) {
        const storageRoot = await newStorage();
        const outcomes = await trainOk(worldSize, config, { storageRoot });
        expect(resultsOf(outcomes)).toEqual(new Array(worldSize).fill({ outcome: 'succeeded', step: 20 }));
        runs.push({ losses: lossesOf(outcomes), model: await modelOf(storageRoot, outcomes) });
      }
      const [one, ...others] = runs;
      expect(one!.losses).toHaveLength(20);
      // The claim is worth something only if training moves: a head or a backbone that stood still would agree as well.
      expect(one!.losses[19]! / one!.losses[0]!).toBeLessThan(0.9);
      for (const { losses, model } of others) {
        // Sums of float32 in another order; measured 1e-5 for losses and 7e-5 for weights.
        losses.forEach((loss, index) => expect(Math.abs(loss / one!.losses[index]! - 1), `step ${index + 1}`).toBeLessThan(1e-4));
        expect(model.size).toBe(one!.model.size);
        expect(relativeDifference(model, one!.model)).toBeLessThan(1e-3);
      }
    });

    it.each([
      ['stop', 'stopped'],
      ['cancel', 'canceled'],
    ] as const)('obeys a %s at the same step on all ranks, whoever hears of it', async (wish, outcome) => {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(3, aConfig(), {
        storageRoot,
        // Rank 2 hears first; by then the others know nothing.
        stopAt: (rank, step) => (rank === 2 && step >= 3 ? wish : 'none'),
      });
      expect(resultsOf(outcomes)).toEqual(new Array(3).fill({ outcome, step: 3 }));
      expect(lossesOf(outcomes)).toHaveLength(3);
      expect(checkpointsOf(outcomes).map(({ step }) => step)).toEqual(wish === 'stop' ? [3] : []);
    });

    it('lets a cancel win over a stop', async () => {
      const outcomes = await trainOk(2, aConfig(), { stopAt: (rank) => (rank === 0 ? 'stop' : 'cancel') });
      expect(resultsOf(outcomes)).toEqual(new Array(2).fill({ outcome: 'canceled', step: 1 }));
      expect(checkpointsOf(outcomes)).toEqual([]);
    });

    it('scores nothing once it is canceled', async () => {
      const config = aConfig({ verification: { everySteps: 2 } });
      const wish = (mode: 'cancel' | 'stop') => trainOk(1, config, { stopAt: (_, step) => (step === 2 ? mode : 'none') });
      expect(recordsOf((await wish('cancel'))[0], 'verification')).toEqual([]);
      expect(recordsOf((await wish('stop'))[0], 'verification').map(({ step }) => step)).toEqual([2]);
    });

    it('succeeds when it is told to stop at its last step', async () => {
      const outcomes = await trainOk(1, aConfig({ maxSteps: 2 }), { stopAt: (_, step) => (step === 2 ? 'stop' : 'none') });
      expect(resultsOf(outcomes)).toEqual([{ outcome: 'succeeded', step: 2 }]);
      expect(checkpointsOf(outcomes)).toEqual([]);
      expect(recordsOf(outcomes[0], 'model.written')).toHaveLength(1);
    });

    it('fails on all ranks, naming step and rank, when one rank computes NaN; what was done before is kept', async () => {
      const config = aConfig({ maxSteps: 4, checkpoint: { everySteps: 1, keep: 10 } });
      const storageRoot = await newStorage();
      const outcomes = await train(3, config, { storageRoot, faults: 'nan@step=3,rank=1' });
      for (const { error } of outcomes) {
        expect(error).toMatchObject({ code: 'non_finite', details: { step: 3, rank: 1 } });
      }
      // Losses of the steps before it were sent, that of the step itself was not, and neither model nor checkpoint holds a NaN.
      expect(lossesOf(outcomes)).toHaveLength(2);
      expect(recordsOf(outcomes[0], 'model.written')).toEqual([]);
      expect(await foldersOf(storageRoot, 'checkpoints')).toEqual(['g1-s1', 'g1-s2']);
      const resumed = await trainOk(3, config, { storageRoot, generation: 2, resumeFrom: checkpointsOf(outcomes)[1]! });
      const whole = await trainOk(3, config);
      expect(lossesOf(resumed)).toEqual(lossesOf(whole).slice(2));
    });

    it('ends every rank before training when they do not all have the same engine, naming each', async () => {
      const other: Engine = Object.create(scene.engine(), { name: { value: 'cpu' } });
      const outcomes = await train(2, aConfig(), { engineOf: (rank) => (rank === 1 ? other : scene.engine()) });
      for (const { error, records } of outcomes) {
        expect(error).toMatchObject({ code: 'collective_mismatch', details: { engines: [scene.engineName, 'cpu'] } });
        expect((error as Error).message).toContain('rank 1 has cpu');
        expect(records).toEqual([]);
      }
    });

    it('ends every rank when one of them fails by itself', async () => {
      const outcomes = await train(2, aConfig(), { faults: 'throw@step=2,rank=1' });
      expect(outcomes[1]!.error).toMatchObject({ code: 'internal', message: 'Injected fault' });
      expect(outcomes[0]!.error).toMatchObject({ code: 'peer_aborted' });
    });
  });

  describe('checkpoints', () => {
    it.each([1, 2])('let %i rank(s) go on as if they had never stopped: the same bits', async (worldSize) => {
      const config = aConfig({ checkpoint: { everySteps: 3 } });
      const [storageA, storageB] = [await newStorage(), await newStorage()];
      const whole = await trainOk(worldSize, config, { storageRoot: storageA });
      const stopAt: RunRanks['stopAt'] = (_, step) => (step === 3 ? 'stop' : 'none');
      const first = await trainOk(worldSize, config, { storageRoot: storageB, stopAt });
      const second = await trainOk(worldSize, config, {
        storageRoot: storageB,
        generation: 2,
        resumeFrom: checkpointsOf(first)[0]!,
      });
      expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole));
      expect(recordsOf(second[0], 'training.started')[0]).toMatchObject({ step: 3 });
      expect(relativeDifference(await modelOf(storageB, second), await modelOf(storageA, whole))).toBe(0);
    });

    it('can be taken up by another number of ranks', async () => {
      // Groups of 8, as above.
      const config = aConfig({ batch: { globalBatchSize: 48, bnGroupSize: 8 } });
      const [storageA, storageB] = [await newStorage(), await newStorage()];
      const whole = await trainOk(1, config, { storageRoot: storageA });
      const first = await trainOk(3, config, { storageRoot: storageB, stopAt: (_, step) => (step === 3 ? 'stop' : 'none') });
      const second = await trainOk(2, config, { storageRoot: storageB, generation: 2, resumeFrom: checkpointsOf(first)[0]! });
      const losses = [...lossesOf(first), ...lossesOf(second)];
      lossesOf(whole).forEach((loss, index) => expect(Math.abs(losses[index]! / loss - 1)).toBeLessThan(1e-4));
      expect(relativeDifference(await modelOf(storageB, second), await modelOf(storageA, whole))).toBeLessThan(1e-3);
    });

    it('name every file with its checksum, and leave nothing half-written', async () => {
      const storageRoot = await newStorage();
      const outcomes = await trainOk(2, aConfig({ maxSteps: 2, checkpoint: { everySteps: 1 } }), { storageRoot });
      const [manifest] = checkpointsOf(outcomes);
      expect(manifest).toMatchObject({ runId: 'run-1', generation: 1, step: 1, worldSize: 2, numClasses: NUM_CLASSES });
      const folder = join(storageRoot, manifest!.folder);
      const named = manifest!.files.map(({ path }) => path).sort();
      expect(named).toEqual(['backbone.safetensors', 'head-0.safetensors', 'head-1.safetensors']);
      expect((await readdir(folder)).sort()).toEqual([...named, 'manifest.json']);
      expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
      expect(manifest!.shards.reduce((sum, [, count]) => sum + count, 0)).toBe(NUM_CLASSES);
    });

    it('do not exist when a rank could not write its part', async () => {
      const storageRoot = await newStorage();
      // Where rank 1 wants to write its rows there is a folder.
      await mkdir(join(storageRoot, 'runs/run-1/checkpoints/g1-s1/head-1.safetensors'), { recursive: true });
      const outcomes = await train(2, aConfig({ checkpoint: { everySteps: 1 } }), { storageRoot });
      for (const { error } of outcomes) expect(error).toBeDefined();
      expect(checkpointsOf(outcomes)).toEqual([]);
      const left = await readdir(join(storageRoot, 'runs/run-1/checkpoints/g1-s1'));
      expect(left).not.toContain('manifest.json');
      expect(left.filter((name) => name.includes('.tmp'))).toEqual([]);
    });

    describe('that do not fit are refused, naming the file', () => {
      let storageRoot: string;
      let manifest: CheckpointManifest;
      const config = () => aConfig({ maxSteps: 2 });

      beforeAll(async () => {
        storageRoot = await newStorage();
        const outcomes = await trainOk(2, config(), { storageRoot, stopAt: () => 'stop' });
        manifest = checkpointsOf(outcomes)[0]!;
      });

      const resume = (resumeFrom: CheckpointManifest, more: Partial<RunConfigInput> = {}, options: Partial<RunRanks> = {}) =>
        train(2, { ...config(), ...more }, { storageRoot, generation: 2, resumeFrom, ...options });

      it.each(['backbone.safetensors', 'head-0.safetensors', 'head-1.safetensors'])('%s with one bit turned', async (name) => {
        const path = join(storageRoot, manifest.folder, name);
        const bytes = await readFile(path);
        const turned = Buffer.from(bytes);
        turned[turned.length - 5]! ^= 1;
        await writeFile(path, turned);
        const outcomes = await resume(manifest);
        await writeFile(path, bytes);
        const errors = outcomes.map(({ error }) => error as { code: string; message: string });
        const corrupt = errors.filter(({ code }) => code === 'checkpoint_corrupt');
        expect(corrupt.length).toBeGreaterThan(0);
        for (const { message } of corrupt) expect(message).toContain(path);
        expect(outcomes.flatMap(({ records }) => records.filter(({ type }) => type === 'training.started'))).toEqual([]);
      });

      it('a file that is cut off, and one that is gone', async () => {
        const path = join(storageRoot, manifest.folder, 'backbone.safetensors');
        const bytes = await readFile(path);
        await writeFile(path, bytes.subarray(0, bytes.length - 1));
        const cut = await resume(manifest);
        await rm(path);
        const gone = await resume(manifest);
        await writeFile(path, bytes);
        for (const { error } of [...cut, ...gone]) {
          expect(error).toMatchObject({ code: 'checkpoint_corrupt', details: { file: path } });
        }
      });

      it('another number of classes', async () => {
        const trainingSet = tinyFaces({ numClasses: 8, imagesPerClass: 12, size: SIZE });
        for (const { error } of await resume(manifest, {}, { trainingSet })) {
          expect(error).toMatchObject({ code: 'checkpoint_mismatch', message: expect.stringContaining('7 classes') });
        }
      });

      it('another network', async () => {
        for (const { error } of await resume(manifest, { network: { name: 'tiny', embeddingSize: 24 } })) {
          expect(error).toMatchObject({ code: 'checkpoint_mismatch' });
        }
      });
    });

    it('are forgotten once newer ones are accepted, never before', async () => {
      const config = aConfig({ maxSteps: 5, checkpoint: { everySteps: 1, keep: 2 } });
      const kept = await newStorage();
      await trainOk(1, config, { storageRoot: kept });
      expect(await foldersOf(kept, 'checkpoints')).toEqual(['g1-s3', 'g1-s4']);
      const unknown = await newStorage();
      await trainOk(1, config, { storageRoot: unknown, commits: false });
      expect(await foldersOf(unknown, 'checkpoints')).toEqual(['g1-s1', 'g1-s2', 'g1-s3', 'g1-s4']);
    });

    it('of a later generation are left alone, and so is the one that this generation began from until it has its own', async () => {
      const config = aConfig({ maxSteps: 4, checkpoint: { everySteps: 1, keep: 2 } });
      const storageRoot = await newStorage();
      const first = await trainOk(1, config, { storageRoot, stopAt: (_, step) => (step === 2 ? 'stop' : 'none') });
      expect(await foldersOf(storageRoot, 'checkpoints')).toEqual(['g1-s1', 'g1-s2']);
      await mkdir(join(storageRoot, 'runs/run-1/checkpoints/g3-s9'));
      await trainOk(1, config, { storageRoot, generation: 2, resumeFrom: checkpointsOf(first).at(-1)! });
      expect(await foldersOf(storageRoot, 'checkpoints')).toEqual(['g1-s2', 'g2-s3', 'g3-s9']);
    });
  });

  describe('verification', () => {
    it('is reported for both baselines, every few steps and at the end, alike on any number of ranks', async () => {
      const config = aConfig({ maxSteps: 5, verification: { everySteps: 2, baselines: true } });
      const records = [];
      for (const worldSize of [1, 3]) {
        const outcomes = await trainOk(worldSize, config);
        for (const outcome of outcomes.slice(1)) expect(recordsOf(outcome, 'verification')).toEqual([]);
        records.push(recordsOf(outcomes[0], 'verification'));
      }
      const [one, three] = records;
      expect(one!.map(({ subject, step, target }) => `${target}: ${subject}@${step}`)).toEqual([
        'pairs: pixels@0',
        'pairs: model@0',
        'pairs: model@2',
        'pairs: model@4',
        'pairs: model@5',
      ]);
      expect(one![0]!.scores.numPairs).toBe(20);
      expect(three![0]!.scores).toEqual(one![0]!.scores);
      expect(three![1]!.scores).toEqual(one![1]!.scores);
      expect(Math.abs(three![4]!.scores.xnorm / one![4]!.scores.xnorm - 1)).toBeLessThan(1e-3);
    });

    it('changes nothing in the training beside it', async () => {
      const plain = await trainOk(1, aConfig());
      const verified = await trainOk(1, aConfig({ verification: { everySteps: 1 } }));
      expect(lossesOf(verified)).toEqual(lossesOf(plain));
    });

    it('comes after the metrics of its step', async () => {
      const [outcome] = await trainOk(1, aConfig({ maxSteps: 2, verification: { everySteps: 1 } }));
      const seen = outcome!.records.flatMap((record) => {
        if (record.type === 'metrics') return record.points.map(({ step }) => `loss@${step}`);
        return record.type === 'verification' ? [`scores@${record.step}`] : [];
      });
      expect(seen).toEqual(['loss@1', 'scores@1', 'loss@2', 'scores@2']);
    });
  });
});
