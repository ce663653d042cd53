import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunConfigInput } from '#contracts';
import { encodeImageRecord, openTrainingSet, RecordWriter } from '#datasets';
import { startEngine, type Engine } from '#engine';
import { runRanks, type RankOutcome } from './testing/run-ranks.js';
import { drawFace, encodePng, writeTinyPairs } from './testing/tiny-faces.js';

const SIZE = 16;
const NUM_CLASSES = 3;
const NUM_IMAGES = 12;

let engine: Engine;
let root: string;
let sound: string;
let folder: string;

beforeAll(async () => {
  engine = await startEngine('wasm', { threads: 1 });
  root = await mkdtemp(join(tmpdir(), 'arcfleet-data-errors-'));
  sound = await mkdtemp(join(root, 'sound-'));
  const writer = await RecordWriter.create(join(sound, 'train.rec'), join(sound, 'train.idx'));
  await writer.append(0, encodeImageRecord([NUM_IMAGES + 1, NUM_IMAGES + 1 + NUM_CLASSES], 0, new Uint8Array(0)));
  for (let key = 1; key <= NUM_IMAGES; key++) {
    const label = key % NUM_CLASSES;
    await writer.append(key, encodeImageRecord([label], key, encodePng(drawFace(label, key, SIZE), SIZE)));
  }
  await writer.close();
  await writeFile(join(sound, 'property'), `${NUM_CLASSES},${SIZE},${SIZE}`);
  await writeTinyPairs(sound, 'pairs', 10, SIZE);
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'set-'));
  await cp(sound, folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** From the folder to the end of a training on 2 ranks. */
async function train(overrides: Partial<RunConfigInput> = {}): Promise<RankOutcome[]> {
  const trainingSet = await openTrainingSet({ kind: 'faces_emore', path: folder });
  try {
    return await runRanks({
      engine,
      worldSize: 2,
      trainingSet,
      storageRoot: await mkdtemp(join(root, 'storage-')),
      config: {
        dataset: { path: folder },
        network: { name: 'tiny', embeddingSize: 16 },
        batch: { globalBatchSize: 4, bnGroupSize: 2 },
        maxSteps: 3,
        ranks: { max: 2 },
        verification: { everySteps: 0 },
        checkpoint: { everySteps: 0 },
        ...overrides,
      },
    });
  } finally {
    await trainingSet.close();
  }
}

const typesOf = (outcomes: readonly RankOutcome[]) => outcomes.flatMap(({ records }) => records.map(({ type }) => type));

it('a sound folder trains', async () => {
  const outcomes = await train();
  expect(outcomes.map(({ error, result }) => error ?? result?.outcome)).toEqual(['succeeded', 'succeeded']);
});

it('a .rec that is cut off is refused before anything is built', async () => {
  const path = join(folder, 'train.rec');
  await truncate(path, (await readFile(path)).length - 100);
  await expect(train()).rejects.toMatchObject({ code: 'dataset_corrupt', details: { file: path, record: NUM_IMAGES } });
});

it('a property of another set is refused', async () => {
  await writeFile(join(folder, 'property'), `${NUM_CLASSES - 1},${SIZE},${SIZE}`);
  await expect(train()).rejects.toMatchObject({ code: 'dataset_invalid' });
});

it('a set smaller than one batch is refused on every rank', async () => {
  for (const { error } of await train({ batch: { globalBatchSize: 24, bnGroupSize: 2 } })) {
    expect(error).toMatchObject({ code: 'dataset_invalid', details: { numImages: NUM_IMAGES, globalBatchSize: 24 } });
  }
});

it('a damaged image ends all ranks, and the one that met it names it', async () => {
  const path = join(folder, 'train.rec');
  const bytes = await readFile(path);
  // Every image: whichever comes first is found.
  for (let at = bytes.indexOf('IDAT'); at >= 0; at = bytes.indexOf('IDAT', at + 1)) bytes.fill(0xff, at + 4, at + 40);
  await writeFile(path, bytes);
  const outcomes = await train();
  const codes = outcomes.map(({ error }) => (error as { code: string }).code);
  expect(codes).toContain('dataset_corrupt');
  for (const { error } of outcomes.filter(({ error }) => (error as { code: string }).code === 'dataset_corrupt')) {
    expect((error as Error).message).toMatch(new RegExp(`Cannot decode record \\d+ of ${path}`));
  }
  expect(codes.every((code) => ['dataset_corrupt', 'peer_aborted'].includes(code))).toBe(true);
});

it.each([
  ['a pickle that would run something', 'cposix\nsystem\n(S"true"\ntR.', 'pickle_refused', 'posix.system'],
  ['a pickle with a foreign opcode', '\x80\x04}.', 'pickle_refused', '0x7d'],
  ['something else', '\x80\x04K\x01.', 'dataset_invalid', 'must hold two things'],
])('a verification set that is %s is refused before the first step', async (_what, text, code, message) => {
  await writeFile(join(folder, 'pairs.bin'), text, 'latin1');
  const outcomes = await train();
  for (const { error } of outcomes) {
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((error as Error).message).toContain(join(folder, 'pairs.bin'));
  }
  expect(typesOf(outcomes)).toEqual([]);
});

it('a verification target that is not there is named before the first step', async () => {
  const outcomes = await train({ verification: { everySteps: 0, targets: ['lfw'] } });
  for (const { error } of outcomes) expect(error).toMatchObject({ code: 'dataset_not_found' });
  expect(typesOf(outcomes)).toEqual([]);
});
