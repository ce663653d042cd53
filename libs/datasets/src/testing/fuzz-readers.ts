import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArcFleetError, type ErrorCode } from '#contracts';
import { BLOCK_BYTES, BlockCache } from '../bytes/block-cache.js';
import { parseProperty } from '../faces-emore.js';
import { openTrainingSet } from '../open-training-set.js';
import { parsePairs } from '../pairs-file.js';
import { encodeImageRecord, RECORD_MAGIC } from '../recordio/record-format.js';
import { readRecordIndex } from '../recordio/record-index.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { readSamples, writeSamples } from '../recordio/sample-cache.js';
import { LABELS_FILE } from '../tools/face-set.js';
import { readLabelNames } from '../tools/open-face-set.js';
import { parseVerificationSet } from '../verification-set.js';
import { mutate, numbers } from './mutate.js';

const DATA_CODES: readonly ErrorCode[] = ['dataset_not_found', 'dataset_corrupt', 'dataset_invalid', 'pickle_refused'];
/** Generous: the cases are small, the machine may be busy. */
const MAX_CASE_MS = 5_000;
/** More than any reader's own buffers; far less than the extremes that the corpus claims. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

export interface FuzzResult {
  readonly reader: string;
  readonly cases: number;
  readonly refused: number;
  readonly accepted: number;
  readonly slowestMs: number;
}

interface Target {
  /** Files that are mutated in turn. */
  readonly corpus: readonly Uint8Array[];
  /** Reads a mutant to the end. */
  readonly read: (mutant: Buffer) => Promise<void>;
  /** Details that a refusal must have besides `file`: one of these. */
  readonly places: readonly string[];
}

export const READERS = [
  'rec',
  'idx',
  'property',
  'bin',
  'pairs',
  'labels',
  'image_folder',
  'block cache',
  'samples cache',
] as const;

/**
 * Reads `cases` mutants. Each must be read or refused by an ArcFleetError of the data that names file and place, in bounded time and
 * memory.
 *
 * @throws Error naming reader and seed of the case that broke a rule
 */
export async function fuzzReader(reader: (typeof READERS)[number], cases: number): Promise<FuzzResult> {
  const folder = await mkdtemp(join(tmpdir(), 'arcfleet-fuzz-'));
  try {
    const target = await TARGETS[reader](folder);
    let [refused, slowestMs] = [0, 0];
    for (let seed = 0; seed < cases; seed++) {
      const mutant = mutate(target.corpus[seed % target.corpus.length] as Uint8Array, seed);
      const begin = process.memoryUsage().arrayBuffers;
      const started = performance.now();
      const failed = (why: string): Error => new Error(`${reader}, seed ${seed}: ${why}`);
      try {
        await target.read(mutant);
      } catch (error) {
        refused++;
        if (!(error instanceof ArcFleetError)) throw new Error(`${reader}, seed ${seed}: a foreign error`, { cause: error });
        if (!DATA_CODES.includes(error.code)) throw failed(`code ${error.code}`);
        const { file } = error.details;
        if (typeof file !== 'string' || !names(error.message, file)) throw failed(`no file in ${error.message}`);
        const isWhole = error.code === 'dataset_invalid' || error.code === 'dataset_not_found';
        if (!isWhole && !target.places.some((place) => error.details[place] !== undefined))
          throw failed(`no place in ${error.message}`);
      }
      const ms = performance.now() - started;
      slowestMs = Math.max(slowestMs, ms);
      if (ms > MAX_CASE_MS) throw failed(`${Math.round(ms)} ms`);
      const growth = process.memoryUsage().arrayBuffers - begin;
      if (growth > MAX_GROWTH_BYTES) throw failed(`${growth} bytes`);
    }
    return { reader, cases, refused, accepted: cases - refused, slowestMs: Math.round(slowestMs * 10) / 10 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TARGETS: Record<(typeof READERS)[number], (folder: string) => Promise<Target>> = {
  rec: async (folder) => {
    const path = join(folder, 'train.rec');
    await writeSet(folder);
    return {
      corpus: [await readFile(path)],
      places: ['byte'],
      read: async (mutant) => {
        await writeFile(path, mutant);
        await readSet(folder);
      },
    };
  },
  idx: async (folder) => {
    const path = join(folder, 'train.idx');
    await writeSet(folder);
    return {
      corpus: [await readFile(path)],
      places: ['byte'],
      read: async (mutant) => {
        await writeFile(path, mutant);
        await readRecordIndex(path);
        await readSet(folder);
      },
    };
  },
  property: async () => ({
    corpus: ['3,8,8\n', '85742,112,112', '617970,112,112\n42474557\nshuffled\n2021-09-01 10:00:00\n'].map((text) =>
      Buffer.from(text),
    ),
    places: ['file'],
    read: async (mutant) => void parseProperty(mutant.toString('utf8'), '/data/property'),
  }),
  bin: async () => {
    const url = new URL('../../../../../libs/datasets/src/fixtures/pickles.txt', import.meta.url);
    const lines = (await readFile(url, 'utf8')).trim().split('\n');
    return {
      corpus: lines.map((line) => Buffer.from(line.split(' ')[3] as string, 'base64')),
      places: ['byte'],
      read: async (mutant) => {
        const set = parseVerificationSet(mutant, '/data/lfw.bin');
        for (let i = 0; i < 2 * set.numPairs; i++) await set.image(i);
      },
    };
  },
  pairs: async () => ({
    corpus: [
      '1\t2\nAnn_Lee\t1\t2\nBo\t3\t4\nAnn_Lee\t1\tBo\t3\nBo\t4\tAnn_Lee\t2\n',
      'a/1.jpg b/2.jpg 0\r\na/1.jpg a/2.jpg 1\r\n',
      'Ann 1 2\nAnn 1 Bo 3',
    ].map((text) => Buffer.from(text)),
    places: ['byte'],
    read: async (mutant) => void parsePairs(mutant, '/data/pairs.txt'),
  }),
  labels: async (folder) => ({
    corpus: ['0\tann\n1\tbo\n2\t日本\n', '2\ta b\n\n0\tc\n'].map((text) => Buffer.from(text)),
    places: ['byte'],
    read: async (mutant) => {
      await writeFile(join(folder, LABELS_FILE), mutant);
      const names = await readLabelNames(folder, 3);
      if (names && names.length > 3) throw new Error('a label beyond the classes was taken');
    },
  }),
  image_folder: async (folder) => ({
    corpus: ['ann', 'bo.jpg', '日本', 'a b', '..'].map((name) => Buffer.from(`${name}/0001.jpg`)),
    places: ['byte'],
    read: (mutant) => readFolderNamed(folder, mutant),
  }),
  'block cache': async (folder) => {
    const content = Buffer.alloc(3_000, 7);
    await new BlockCache(folder, BLOCK_BYTES * 100).object('b', 'k', 'e').write(0, content);
    const path = join(new BlockCache(folder, 1).object('b', 'k', 'e').folder, '0');
    return {
      corpus: [await readFile(path)],
      places: ['byte'],
      read: async (mutant) => {
        await writeFile(path, mutant);
        const bytes = new Uint8Array(3_000);
        // Damage is a miss; what is taken must be what was kept.
        if (!(await new BlockCache(folder, BLOCK_BYTES * 100).object('b', 'k', 'e').read(0, 3_000, 0, 3_000, bytes))) {
          throw new ArcFleetError('dataset_corrupt', path, { file: path, byte: 0 });
        }
        if (!content.equals(bytes)) throw new Error('a damaged block was taken');
      },
    };
  },
  'samples cache': async (folder) => {
    const key = { recPath: '/d/train.rec', versions: ['1', '2'], numClasses: 3 };
    const labels = Int32Array.of(0, 1, 2);
    await writeSamples(folder, key, { keys: Uint32Array.of(1, 2, 3), offsets: Float64Array.of(0, 8, 16), labels });
    const path = join(folder, 'samples', (await readdir(join(folder, 'samples')))[0] as string);
    return {
      corpus: [await readFile(path)],
      places: ['byte'],
      read: async (mutant) => {
        await writeFile(path, mutant);
        const samples = await readSamples(folder, key);
        if (samples === null) throw new ArcFleetError('dataset_corrupt', path, { file: path, byte: 0 });
        if (samples.labels.join() !== labels.join()) throw new Error('a damaged table was taken');
      },
    };
  },
};

/** A set of eight records, two of them cut by a magic; images are any bytes. */
async function writeSet(folder: string): Promise<void> {
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  const next = numbers(1);
  await writer.append(0, encodeImageRecord([6, 9], 0, new Uint8Array(0)));
  for (let key = 1; key < 6; key++) {
    const image = Buffer.from(Array.from({ length: 60 }, () => next(256)));
    if (key % 2 === 0) image.writeUInt32LE(RECORD_MAGIC, 16);
    await writer.append(key, encodeImageRecord([key % 3], key, image));
  }
  for (let key = 6; key < 9; key++) await writer.append(key, encodeImageRecord([1, 3], 0, new Uint8Array(0)));
  await writer.close();
  await writeFile(join(folder, 'property'), '3,8,8\n');
}

async function readSet(folder: string): Promise<void> {
  const set = await openTrainingSet({ kind: 'faces_emore', path: folder });
  try {
    for (let i = 0; i < set.numImages; i++) await set.read(i);
  } finally {
    await set.close();
  }
}

/** A folder of identities in which a name is whatever the bytes say, as far as the file system takes it. */
async function readFolderNamed(folder: string, name: Buffer): Promise<void> {
  const root = await mkdtemp(join(folder, 'set-'));
  try {
    const path = Buffer.concat([Buffer.from(`${root}/`), name]);
    const slash = name.indexOf('/');
    const isInside = !`/${name.toString('latin1')}/`.includes('/../');
    if (isInside) {
      if (slash > 0) await mkdir(path.subarray(0, path.lastIndexOf('/')), { recursive: true }).catch(() => undefined);
      await writeFile(path, Buffer.of(1)).catch(() => undefined);
    }
    const set = await openTrainingSet({ kind: 'image_folder', path: root });
    try {
      for (let i = 0; i < set.numImages; i++) await set.read(i);
    } finally {
      await set.close();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** A path with control characters is printed escaped. */
function names(message: string, file: string): boolean {
  return message.includes(file) || message.includes(JSON.stringify(file));
}
