import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchLoader } from './batch-loader.js';
import { parseProperty } from './faces-emore.js';
import { openTrainingSet } from './open-training-set.js';
import { encodeImageRecord } from './recordio/record-format.js';
import { RecordWriter } from './recordio/record-writer.js';

const SIZE = 8;
const NUM_CLASSES = 3;
const NUM_IMAGES = 6;

let root: string;
let folder: string;
let image: Uint8Array;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-emore-'));
  const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
  image = await sharp(Buffer.alloc(SIZE * SIZE * 3, 90), { raw })
    .png()
    .toBuffer();
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'set-'));
  await write();
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Damage {
  readonly property?: string;
  /** Label of the image with that key. */
  readonly labelOf?: (key: number) => number;
  readonly imageOf?: (key: number) => Uint8Array;
  /** What record 0 says of the keys of the identity records. */
  readonly identities?: readonly [number, number];
}

/** A folder as the peers write it: record 0, images under keys 1.., identity records after them. */
async function write({ property, labelOf, imageOf, identities }: Damage = {}): Promise<void> {
  const writer = await RecordWriter.create(join(folder, 'train.rec'), join(folder, 'train.idx'));
  const nothing = new Uint8Array(0);
  const end = NUM_IMAGES + 1;
  await writer.append(0, encodeImageRecord(identities ?? [end, end + NUM_CLASSES], 0, nothing));
  for (let key = 1; key < end; key++) {
    await writer.append(key, encodeImageRecord([labelOf?.(key) ?? (key - 1) % NUM_CLASSES], key, imageOf?.(key) ?? image));
  }
  for (let identity = 0; identity < NUM_CLASSES; identity++) {
    await writer.append(end + identity, encodeImageRecord([1 + 2 * identity, 3 + 2 * identity], 0, nothing));
  }
  await writer.close();
  await writeFile(join(folder, 'property'), property ?? `${NUM_CLASSES},${SIZE},${SIZE}\n`);
}

const openSet = () => openTrainingSet({ kind: 'faces_emore', path: folder });
const refused = async (): Promise<{ code: string; message: string; details: Record<string, unknown> }> => {
  const opened = await openSet().catch((error: unknown) => error);
  if (!(opened instanceof Error)) throw new Error('it was opened');
  return opened as unknown as Awaited<ReturnType<typeof refused>>;
};

describe('openTrainingSet', () => {
  it('opens a sound folder: images only, in the order of their keys', async () => {
    const set = await openSet();
    expect(set).toMatchObject({ numImages: NUM_IMAGES, numClasses: NUM_CLASSES, height: SIZE, width: SIZE });
    expect([...set.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(Buffer.from(await set.read(5))).toEqual(Buffer.from(image));
    await set.close();
  });

  it('takes the index in any order', async () => {
    const path = join(folder, 'train.idx');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await writeFile(path, lines.reverse().join('\n'));
    const set = await openSet();
    expect([...set.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(set.describe(0)).toContain('record 1 of');
    await set.close();
  });

  it('refuses a .rec cut off anywhere, naming file and record', async () => {
    const path = join(folder, 'train.rec');
    const whole = await readFile(path);
    for (let length = whole.length - 1; length >= 0; length -= 7) {
      await truncate(path, length);
      const { code, details } = await refused();
      expect(code, `${length} bytes`).toBe('dataset_corrupt');
      expect(details).toMatchObject({ file: path });
      expect(details['record']).toEqual(expect.any(Number));
    }
  });

  it.each([NUM_CLASSES, -1, 0.5, NaN, Infinity, 2 ** 24])('refuses label %d of %d classes, naming the record', async (label) => {
    await write({ labelOf: (key) => (key === 4 ? label : 0) });
    const { code, message, details } = await refused();
    expect(code).toBe('dataset_invalid');
    expect(message).toContain('Record 4 of');
    expect(message).toContain(`property names ${NUM_CLASSES} classes`);
    expect(details).toMatchObject({ record: 4, label: Math.fround(label), numClasses: NUM_CLASSES });
  });

  it('refuses a property that belongs to another set', async () => {
    await write({ property: '4,8,8' });
    expect(await refused()).toMatchObject({ code: 'dataset_invalid', details: { record: 0, identities: 3, numClasses: 4 } });
  });

  it.each(['property', 'train.rec'])('says when %s is missing', async (name) => {
    await rm(join(folder, name));
    expect(await refused()).toMatchObject({ code: 'dataset_not_found', details: { file: join(folder, name) } });
  });

  it('opens a folder without train.idx by a scan, says so, and writes nothing', async () => {
    const before = await openSet();
    await rm(join(folder, 'train.idx'));
    const set = await openSet();
    expect(set.notes).toEqual([expect.stringContaining(`${folder}/train.idx is missing: 10 records were found`)]);
    expect(before.notes).toEqual([]);
    expect([...set.labels]).toEqual([...before.labels]);
    expect(set.describe(5)).toBe(before.describe(5));
    expect(Buffer.from(await set.read(5))).toEqual(Buffer.from(image));
    expect((await readdir(folder)).sort()).toEqual(['property', 'train.rec']);
    await Promise.all([before.close(), set.close()]);
  });

  it('refuses a damaged train.rec that has no train.idx, naming the damaged bytes', async () => {
    await rm(join(folder, 'train.idx'));
    const bytes = await readFile(join(folder, 'train.rec'));
    bytes[44] = 0; // record 1 begins at byte 40
    bytes.fill(0, 40, 44);
    await writeFile(join(folder, 'train.rec'), bytes);
    expect(await refused()).toMatchObject({ code: 'dataset_corrupt', details: { file: join(folder, 'train.rec'), byte: 40 } });
  });

  it('refuses an index that names a record twice, one that points elsewhere, and an empty one', async () => {
    const path = join(folder, 'train.idx');
    const text = await readFile(path, 'utf8');
    const first = text.split('\n')[1]!;
    await writeFile(path, `${text}${first}\n`);
    expect(await refused()).toMatchObject({ code: 'dataset_corrupt', details: { record: 1 } });
    await writeFile(path, `${text}77\t5\n`);
    expect(await refused()).toMatchObject({ code: 'dataset_corrupt', details: { record: 77, byte: 5 } });
    await writeFile(path, '');
    expect(await refused()).toMatchObject({ code: 'dataset_invalid', message: expect.stringContaining('holds no image') });
  });

  it('opens a set with a broken image, and names the record when it is needed', async () => {
    await write({ imageOf: (key) => (key === 2 ? image.slice(0, image.length - 20) : image) });
    const set = await openSet();
    const loader = new BatchLoader({
      set,
      plan: (step) => ({ indices: [2 * step, 2 * step + 1] }),
    });
    await expect(loader.batch(0)).rejects.toMatchObject({
      code: 'dataset_corrupt',
      message: expect.stringContaining(`record 2 of ${folder}/train.rec`),
    });
    expect([...(await loader.batch(1)).labels]).toEqual([2, 0]);
    await loader.close();
    await set.close();
  });
});

describe('parseProperty', () => {
  it.each([
    ['85742,112,112', 85_742],
    [' 3 , 112 , 112 \r\nmore', 3],
    ['3,112,112,extra', 3],
  ])('reads %j', (text, numClasses) => {
    expect(parseProperty(text, 'property')).toEqual({ numClasses, height: 112, width: 112 });
  });

  it.each([
    '',
    '3',
    '3,112',
    '0,112,112',
    '3,0,112',
    '-3,112,112',
    '3;112;112',
    '3,112,112x',
    '3,5000,112',
    '9999999999,112,112',
  ])('refuses %j', (text) => {
    expect(() => parseProperty(text, '/d/property')).toThrow(
      expect.objectContaining({ code: 'dataset_invalid', message: expect.stringContaining('/d/property') }),
    );
  });
});
