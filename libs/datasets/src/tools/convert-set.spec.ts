import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTrainingSet } from '../open-training-set.js';
import { parseRecordHeader } from '../recordio/record-format.js';
import { RecordFile } from '../recordio/record-file.js';
import { readRecordIndex } from '../recordio/record-index.js';
import { picture, writeFaceFolders } from '../testing/face-folders.js';
import { openVerificationSet, writeVerificationSet } from '../verification-set.js';
import { convertSet } from './convert-set.js';
import { inspectSet } from './inspect-set.js';
import { mergeSets } from './merge-sets.js';
import { pairsToBin } from './pairs-to-bin.js';
import { shuffleSet } from './shuffle-set.js';
import { validateSet } from './validate-set.js';
import { writeEmore } from './write-emore.js';

const COUNTS = { anna: 3, bert: 1, cleo: 5 };

let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'arcfleet-tools-'))));
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  await writeFaceFolders(join(folder, 'in'), COUNTS);
  const images = await Promise.all([1, 2, 3, 4].map((number) => picture(number)));
  await writeVerificationSet(join(folder, 'in', 'lfw.bin'), images, [1, 0]);
});
const at = (name: string): string => join(folder, name);

async function headersOf(dir: string): Promise<Record<number, { labels: number[]; label: number; hasImage: boolean }>> {
  const { keys, offsets } = await readRecordIndex(join(dir, 'train.idx'));
  const file = await RecordFile.open(join(dir, 'train.rec'));
  const headers: Awaited<ReturnType<typeof headersOf>> = {};
  for (const [line, key] of keys.entries()) {
    const payload = await file.read(offsets[line] as number, key);
    const { labels, label, imageStart } = parseRecordHeader(payload)!;
    headers[key] = { labels: [...labels], label, hasImage: payload.length > imageStart };
  }
  await file.close();
  return headers;
}

describe('convertSet', () => {
  it('lays folders out as InsightFace does: record 0, images from key 1, identity records', async () => {
    const made = await convertSet(at('in'), at('out'));
    expect(made).toMatchObject({ kind: 'faces_emore', numImages: 9, numIdentities: 3, targets: ['lfw'] });
    const headers = await headersOf(at('out'));
    expect(Object.keys(headers).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(headers[0]).toMatchObject({ labels: [10, 13], hasImage: false });
    expect([1, 3, 4, 5, 9].map((key) => headers[key]?.label)).toEqual([0, 0, 1, 2, 2]);
    expect([10, 11, 12].map((key) => headers[key]?.labels)).toEqual([
      [1, 4],
      [4, 5],
      [5, 10],
    ]);
    expect(await readFile(join(at('out'), 'property'), 'utf8')).toBe('3,8,8\n');
    expect(await readFile(join(at('out'), 'labels.txt'), 'utf8')).toBe('0\tanna\n1\tbert\n2\tcleo\n');
    expect(await validateSet(at('out'))).toMatchObject({ numBroken: 0, numNotes: 1, numImages: 9, numDecoded: 13 });
  });

  it('goes there and back without a changed byte: names, images and digest stay', async () => {
    await convertSet(at('in'), at('out'));
    await convertSet(at('out'), at('back'));
    expect((await readdir(at('back'))).sort()).toEqual(['anna', 'bert', 'cleo', 'labels.txt', 'lfw.bin']);
    const [before, between, after] = await Promise.all(['in', 'out', 'back'].map((name) => inspectSet(at(name))));
    expect(between?.digest).toBe(before?.digest);
    expect(after?.digest).toBe(before?.digest);
    const first = await readFile(join(at('in'), 'anna', '0.png'));
    const hash = createHash('sha256');
    let key = 0;
    for (const [label, [name, count]] of Object.entries(COUNTS).entries()) {
      for (let i = 0; i < count; i++) {
        const head = Buffer.alloc(12);
        head.writeBigUInt64LE(BigInt(++key));
        head.writeFloatLE(label, 8);
        hash.update(head).update(await readFile(join(at('in'), name, `${i}.png`)));
      }
    }
    expect(before?.digest).toBe(hash.digest('hex'));
    expect(await readFile(join(at('back'), 'anna', '0000000001.png'))).toEqual(first);
  });

  it('keeps the identities that pass the filters, and numbers them without gaps', async () => {
    expect(await convertSet(at('in'), at('a'), { minImages: 2 })).toMatchObject({ numImages: 8, numIdentities: 2 });
    expect(await readFile(join(at('a'), 'labels.txt'), 'utf8')).toBe('0\tanna\n1\tcleo\n');
    expect(await convertSet(at('in'), at('b'), { maxIdentities: 1 })).toMatchObject({ numImages: 3, numIdentities: 1 });
    expect(await convertSet(at('in'), at('c'), { identities: new Set(['bert', 'cleo']) })).toMatchObject({ numImages: 6 });
    await expect(convertSet(at('in'), at('d'), { identities: new Set(['nobody']) })).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringContaining('"nobody"'),
    });
    await expect(convertSet(at('in'), at('d'), { minImages: 6 })).rejects.toMatchObject({ code: 'dataset_invalid' });
    expect(await readdir(folder)).not.toContain('d');
  });

  it('encodes anew only what has another size, unless a quality is given', async () => {
    await writeFile(join(at('in'), 'anna', '1.png'), await picture(70, 20));
    await convertSet(at('in'), at('out'));
    const set = await openTrainingSet({ kind: 'faces_emore', path: at('out') });
    const formats = await Promise.all([0, 1, 2].map(async (i) => sharp(await set.read(i)).metadata()));
    await set.close();
    expect(formats.map(({ format, width }) => [format, width])).toEqual([
      ['png', 8],
      ['jpeg', 8],
      ['png', 8],
    ]);
    await convertSet(at('in'), at('all'), { quality: 80, size: { height: 10, width: 12 } });
    expect(await inspectSet(at('all'))).toMatchObject({ formats: { jpeg: 9 }, height: 10, width: 12 });
  });

  it('leaves nothing where an image is broken, where it is interrupted, or where something is', async () => {
    const before = (await readdir(folder)).sort();
    await writeFile(join(at('in'), 'cleo', '3.png'), 'no image');
    await expect(convertSet(at('in'), at('out'))).rejects.toMatchObject({
      code: 'dataset_corrupt',
      message: expect.stringContaining(join('cleo', '3.png')),
    });
    const controller = new AbortController();
    const onProgress = (done: number): void => (done === 2 ? controller.abort() : undefined);
    await expect(convertSet(at('in'), at('out'), { signal: controller.signal, onProgress })).rejects.toThrow('abort');
    expect((await readdir(folder)).sort()).toEqual(before);
    await mkdir(at('out'));
    await writeFile(join(at('out'), 'mine'), 'x');
    for (const force of [false, true]) {
      await expect(convertSet(at('in'), at('out'), { force })).rejects.toMatchObject({ code: 'conflict' });
    }
    await expect(convertSet(at('in'), join(at('in'), 'out'))).rejects.toMatchObject({ code: 'conflict' });
    expect(await readdir(at('out'))).toEqual(['mine']);
  });

  it('replaces a data set by force', async () => {
    await convertSet(at('in'), at('out'), { maxIdentities: 1 });
    await expect(convertSet(at('in'), at('out'))).rejects.toMatchObject({ code: 'conflict' });
    await convertSet(at('in'), at('out'), { force: true });
    expect(await inspectSet(at('out'))).toMatchObject({ images: 9 });
    expect((await readdir(folder)).sort()).toEqual(['in', 'out']);
  });
});

describe('writeEmore', () => {
  it('leaves record 0 and the identity records out where float32 cannot hold their keys', async () => {
    const image = await picture(1);
    async function* images() {
      for (let i = 0; i < 6; i++) yield image;
    }
    const content = { size: { height: 8, width: 8 }, counts: Uint32Array.of(2, 0, 4), images: images() };
    expect(await writeEmore(folder, content, 9)).toMatchObject({ hasTableOfContents: false });
    const headers = await headersOf(folder);
    expect(Object.values(headers).map(({ label, hasImage }) => [label, hasImage])).toEqual(
      [0, 0, 2, 2, 2, 2].map((l) => [l, true]),
    );
    await expect(writeEmore(folder, content, 2)).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringContaining('3 identities do not fit: labels are float32'),
    });
  });
});

describe('shuffleSet', () => {
  it('writes every image once, in an order that the seed alone decides, without record 0', async () => {
    await convertSet(at('in'), at('out'));
    await shuffleSet(at('out'), at('a'), { seed: 3 });
    await shuffleSet(at('out'), at('b'), { seed: 3, memoryBytes: 300 });
    await shuffleSet(at('out'), at('c'), { seed: 4 });
    const rec = (name: string): Promise<Buffer> => readFile(join(at(name), 'train.rec'));
    expect(await rec('b')).toEqual(await rec('a'));
    expect(Buffer.compare(await rec('c'), await rec('a'))).not.toBe(0);
    expect((await readdir(at('b'))).sort()).toEqual(['labels.txt', 'lfw.bin', 'property', 'train.idx', 'train.rec']);
    expect(await readFile(join(at('a'), 'property'), 'utf8')).toBe('3,8,8\n9\nshuffled\nseed 3\n');
    const { keys, offsets } = await readRecordIndex(join(at('a'), 'train.idx'));
    expect([...keys]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...offsets].sort((x, y) => x - y)).toEqual([...offsets]);

    const contents = async (name: string): Promise<string[]> => {
      const set = await openTrainingSet({ kind: 'faces_emore', path: at(name) });
      const all = await Promise.all(
        Array.from(set.labels, async (label, i) => `${label} ${Buffer.from(await set.read(i)).toString('hex')}`),
      );
      await set.close();
      return all;
    };
    const [plain, shuffled] = [await contents('out'), await contents('a')];
    expect(shuffled).not.toEqual(plain);
    expect(shuffled.sort()).toEqual(plain.sort());
  });
});

describe('mergeSets', () => {
  it('puts the identities of the second set behind those of the first', async () => {
    await writeFaceFolders(at('more'), { dora: 2, emil: 2 });
    const pairs = await Promise.all([5, 6, 7, 8].map((number) => picture(number)));
    await writeVerificationSet(join(at('more'), 'cfp_fp.bin'), pairs, [1, 0]);
    await convertSet(at('in'), at('a'));
    await convertSet(at('more'), at('b'));
    const made = await mergeSets([at('a'), at('b')], at('out'));
    expect(made).toMatchObject({ numImages: 13, numIdentities: 5, offsets: [0, 3], targets: ['lfw', 'cfp_fp'] });
    const set = await openTrainingSet({ kind: 'faces_emore', path: at('out') });
    expect([...set.labels]).toEqual([0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3, 4, 4]);
    expect(Buffer.from(await set.read(9))).toEqual(await readFile(join(at('more'), 'dora', '0.png')));
    await set.close();
    expect(await readFile(join(at('out'), 'labels.txt'), 'utf8')).toContain('3\tb/dora\n');
    expect(await validateSet(at('out'))).toMatchObject({ numBroken: 0 });
  });

  it('refuses other sizes, verification sets that differ, and an output among the inputs', async () => {
    await convertSet(at('in'), at('a'));
    await convertSet(at('in'), at('small'), { size: { height: 4, width: 4 } });
    await convertSet(at('in'), at('b'));
    await expect(mergeSets([at('a'), at('small')], at('out'))).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringContaining('4x4'),
    });
    await writeVerificationSet(join(at('b'), 'lfw.bin'), [await picture(5), await picture(6)], [1]);
    await expect(mergeSets([at('a'), at('b')], at('out'))).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringContaining('are not the same'),
    });
    await expect(mergeSets([at('a'), at('a')], at('a'), { force: true })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('pairsToBin', () => {
  it('reads LFW lines and lists of paths', async () => {
    for (const [name, count] of [
      ['Ann_Lee', 2],
      ['Bo', 1],
    ] as const) {
      await mkdir(join(at('lfw'), name), { recursive: true });
      for (let i = 1; i <= count; i++) {
        await writeFile(join(at('lfw'), name, `${name}_${String(i).padStart(4, '0')}.jpg`), await picture(i, 8, 'jpeg'));
      }
    }
    await writeFile(at('pairs.txt'), '1\t1\nAnn_Lee\t1\t2\nAnn_Lee\t2\tBo\t1\n');
    await writeFile(
      at('list.txt'),
      'Ann_Lee/Ann_Lee_0001.jpg Ann_Lee/Ann_Lee_0002.jpg 1\nAnn_Lee/Ann_Lee_0002.jpg Bo/Bo_0001.jpg 0\n',
    );
    const size = { height: 8, width: 8 };
    expect(await pairsToBin(at('pairs.txt'), at('lfw'), at('a.bin'), { size })).toEqual({ numPairs: 2, numSame: 1 });
    await pairsToBin(at('list.txt'), at('lfw'), at('b.bin'), { size });
    expect(await readFile(at('b.bin'))).toEqual(await readFile(at('a.bin')));
    const { numPairs, isSame } = await openVerificationSet(at('a.bin'));
    expect([numPairs, ...isSame]).toEqual([2, 1, 0]);
    await writeFile(at('list.txt'), '../../etc/passwd x/y 1\n');
    await expect(pairsToBin(at('list.txt'), at('lfw'), at('c.bin'))).rejects.toMatchObject({ code: 'dataset_invalid' });
    await writeFile(at('list.txt'), '3\nAnn_Lee\t1\t2\n');
    await expect(pairsToBin(at('list.txt'), at('lfw'), at('c.bin'))).rejects.toMatchObject({
      message: expect.stringContaining('announces 6 pairs, but 1 follow'),
    });
    await symlink(at('pairs.txt'), join(at('lfw'), 'out.jpg'));
    await writeFile(at('list.txt'), 'out.jpg Bo/Bo_0001.jpg 0\n');
    await expect(pairsToBin(at('list.txt'), at('lfw'), at('c.bin'))).rejects.toMatchObject({
      details: { target: at('pairs.txt') },
    });
    await writeFile(at('list.txt'), 'one\n');
    await expect(pairsToBin(at('list.txt'), at('lfw'), at('c.bin'))).rejects.toMatchObject({ details: { line: 1 } });
  });
});
