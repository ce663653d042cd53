import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunConfigInput } from '#contracts';
import { lossesOf, recordsOf, type RankOutcome } from './testing/run-ranks.js';
import { tinyFaces, writeTinyPairs } from './testing/tiny-faces.js';
import { checkpointsOf, onEachEngine, readAll, relativeDifference, SIZE, type Stored } from './testing/training-scene.js';

const faces = tinyFaces({ numClasses: 20, imagesPerClass: 10, size: SIZE });
const others = tinyFaces({ numClasses: 9, imagesPerClass: 12, size: SIZE });

/** Scores of the network, by step. */
const scoresOf = (outcomes: readonly RankOutcome[]) =>
  recordsOf(outcomes[0], 'verification').flatMap(({ subject, step, scores }) =>
    subject === 'model' ? [{ step, ...scores }] : [],
  );

onEachEngine(({ config, data, newStorage, train, trainOk }) => {
  /** Stores the model of a short softmax training as `<folder>/model-0001.*`, as the command line does; returns the folder. */
  async function pretrain(): Promise<{ folder: string; model: Stored }> {
    const storageRoot = await newStorage();
    const softmax = config({ loss: { name: 'softmax' }, optimizer: { learningRate: 0.01 }, maxSteps: 4 });
    const outcomes = await trainOk(1, softmax, { storageRoot, trainingSet: faces });
    const from = join(storageRoot, recordsOf(outcomes[0], 'model.written')[0]!.folder);
    const folder = join(storageRoot, 'models', 'tiny-softmax-emore');
    await mkdir(folder, { recursive: true });
    for (const extension of ['json', 'safetensors']) {
      await copyFile(join(from, `model.${extension}`), join(folder, `model-0001.${extension}`));
    }
    return { folder, model: await readAll(join(folder, 'model-0001.safetensors')) };
  }

  const fineTune = (overrides: Partial<RunConfigInput>): RunConfigInput =>
    config({ verification: { everySteps: 0, targets: ['many'], baselines: true }, ...overrides });

  it('with triplets makes a softmax model verify unseen people better', async () => {
    await writeTinyPairs(data(), 'many', 100, SIZE);
    const { folder } = await pretrain();
    const triplets = fineTune({
      pretrained: { path: `${folder},1` },
      loss: { name: 'triplet', margin: 0.3, bagSize: 200 },
      optimizer: { learningRate: 0.02 },
      batch: { globalBatchSize: 72, bnGroupSize: 12 },
      maxSteps: 10,
    });
    const [before, after] = scoresOf(await trainOk(2, triplets, { trainingSet: faces }));
    expect(before!.step).toBe(0);
    expect(after!.step).toBe(10);
    // 100 pairs; measured 0.79 and 0.91 to 0.96.
    expect(before!.accuracy).toBeLessThan(0.85);
    expect(after!.accuracy).toBeGreaterThan(before!.accuracy + 0.06);
  });

  it('of a head of other classes on a frozen backbone changes the head alone', async () => {
    const { folder, model } = await pretrain();
    const storageRoot = await newStorage();
    const frozen = config({
      network: { name: 'tiny', embeddingSize: 16, frozen: true },
      pretrained: { path: folder, epoch: 1 },
      optimizer: { learningRate: 0.05 },
      maxSteps: 10,
    });
    const outcomes = await trainOk(2, frozen, { storageRoot, trainingSet: others });
    const written = recordsOf(outcomes[0], 'model.written')[0]!;
    expect(relativeDifference(await readAll(join(storageRoot, written.folder, 'model.safetensors')), model)).toBe(0);
    const losses = lossesOf(outcomes);
    expect(losses[9]! / losses[0]!).toBeLessThan(0.95);
  });

  it('finds a stored model below the storage root of its worker', async () => {
    const { folder, model } = await pretrain();
    const storageRoot = await newStorage();
    for (const name of ['model-0001.json', 'model-0001.safetensors']) {
      await mkdir(join(storageRoot, 'models/mdl_x/tsk_1-g1'), { recursive: true });
      await copyFile(join(folder, name), join(storageRoot, 'models/mdl_x/tsk_1-g1', name));
    }
    const stored = { path: 'models/mdl_x/tsk_1-g1', modelId: 'mdl_x', model: 'faces@3' };
    const frozen = config({ network: { name: 'tiny', embeddingSize: 16, frozen: true }, pretrained: stored, maxSteps: 1 });
    const outcomes = await trainOk(1, frozen, { storageRoot });
    const written = recordsOf(outcomes[0], 'model.written')[0]!;
    expect(relativeDifference(await readAll(join(storageRoot, written.folder, 'model.safetensors')), model)).toBe(0);
  });

  it('starts the moving average from the stored model too', async () => {
    await writeTinyPairs(data(), 'many', 100, SIZE);
    const { folder } = await pretrain();
    const short = fineTune({ pretrained: { path: folder }, maxSteps: 1 });
    const [plain] = scoresOf(await trainOk(1, short));
    const [averaged] = scoresOf(await trainOk(1, { ...short, model: { emaDecay: 0.999 } }));
    const [fresh] = scoresOf(await trainOk(1, { ...short, pretrained: null }));
    expect(averaged).toEqual(plain);
    expect(plain!.xnorm).not.toBe(fresh!.xnorm);
  });

  it('goes on from its own checkpoint and asks no more for the stored model', async () => {
    const { folder } = await pretrain();
    const storageRoot = await newStorage();
    const configuration = config({ pretrained: { path: folder }, maxSteps: 4, checkpoint: { everySteps: 2 } });
    const whole = await trainOk(1, configuration, { storageRoot });
    const fresh = await trainOk(1, { ...configuration, pretrained: null });
    expect(lossesOf(whole)[0]).not.toBe(lossesOf(fresh)[0]);
    await rm(folder, { recursive: true });
    const [resumeFrom] = checkpointsOf(whole);
    const resumed = await trainOk(1, configuration, { storageRoot, generation: 2, resumeFrom: resumeFrom! });
    expect(lossesOf(resumed)).toEqual(lossesOf(whole).slice(2));
  });

  it('of a model that does not fit ends on every rank before training', async () => {
    const { folder } = await pretrain();
    const wider = config({ network: { name: 'tiny', embeddingSize: 24 }, pretrained: { path: folder } });
    for (const { error, records } of await train(2, wider)) {
      expect(error).toMatchObject({ code: 'model_mismatch' });
      expect(records).toEqual([]);
    }
    const body = { ...wider, pretrained: { path: folder, newOutput: true }, maxSteps: 1 };
    expect(lossesOf(await trainOk(2, body))).toHaveLength(1);
    for (const { error } of await train(2, { ...wider, pretrained: { path: join(folder, 'nowhere') } })) {
      expect(error).toMatchObject({ code: 'model_not_found' });
    }
  });
});
