import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeImageRecord } from '../recordio/record-format.js';
import { RecordWriter } from '../recordio/record-writer.js';
import { picture, writeFaceFolders } from '../testing/face-folders.js';
import { writeVerificationSet } from '../verification-set.js';
import { contactSheet } from './contact-sheet.js';
import { convertSet } from './convert-set.js';
import { validateSet } from './validate-set.js';
import { writeIndex } from './write-index.js';

let root: string;
let folder: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'arcfleet-validate-'))));
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  const source = join(folder, 'in');
  await writeFaceFolders(source, { anna: 3, bert: 2, cleo: 2 });
  const images = await Promise.all(Array.from({ length: 20 }, (_, i) => picture(i)));
  await writeVerificationSet(join(source, 'lfw.bin'), images, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  await convertSet(source, join(folder, 'set'));
});
const at = (name: string): string => join(folder, 'set', name);
const validate = (options = {}) => validateSet(join(folder, 'set'), options);

async function change(name: string, edit: (bytes: Buffer) => Buffer | string | void): Promise<void> {
  const bytes = await readFile(at(name));
  await writeFile(at(name), edit(bytes) ?? bytes);
}

async function offsetOf(key: number): Promise<number> {
  const lines = (await readFile(at('train.idx'), 'utf8')).split('\n');
  return Number(lines.find((line) => line.startsWith(`${key}\t`))?.split('\t')[1]);
}

describe('validateSet', () => {
  it('finds nothing in a sound set', async () => {
    expect(await validate()).toMatchObject({ numBroken: 0, numNotes: 0, numImages: 7, numIdentities: 3, numDecoded: 27 });
    expect(await validate({ decode: false })).toMatchObject({ numBroken: 0, numDecoded: 0 });
  });

  it('names every broken thing of one set, and goes on to the end', async () => {
    const [damaged, labelled, broken] = [await offsetOf(2), await offsetOf(4), await offsetOf(6)];
    await change('train.rec', (bytes) => {
      bytes.fill(0, damaged, damaged + 4);
      bytes.writeFloatLE(17, labelled + 12);
      bytes.fill(0x55, broken + 40, broken + 70);
    });
    await change('train.idx', (bytes) => `${bytes.toString()}3\t${broken}\n99\t4\n`);
    await writeFile(at('cfp_fp.bin'), 'no pickle');
    const told: unknown[] = [];
    const result = await validate({ onProblem: (problem: unknown) => told.push(problem) });
    expect(told).toHaveLength(result.numBroken);
    const found = result.problems.map(({ kind, key, byte }) => ({ kind, key, byte }));
    expect(found).toEqual(
      expect.arrayContaining([
        { kind: 'damage', key: undefined, byte: damaged },
        { kind: 'label', key: 4, byte: labelled },
        { kind: 'image', key: 6, byte: broken },
        { kind: 'index', key: 3, byte: undefined },
        { kind: 'index', key: 3, byte: broken },
        { kind: 'index', key: 2, byte: damaged },
        { kind: 'index', key: 99, byte: 4 },
        { kind: 'verification', key: undefined, byte: undefined },
      ]),
    );
    expect(found).toHaveLength(8);
    expect(result.numDecoded).toBe(20 + 5);
  });

  it('finds a JPEG whose coding is damaged though a decoder would make something of it', async () => {
    const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
    const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const file = join(folder, 'in', 'anna', '0.jpg');
    await writeFile(file, jpeg);
    expect(await validateSet(join(folder, 'in'))).toMatchObject({ numBroken: 0, numImages: 8 });
    jpeg.set([0xff, 0xd9], Math.floor(jpeg.length / 2)); // ends there, says the coding
    await writeFile(file, jpeg);
    expect((await validateSet(join(folder, 'in'))).problems).toMatchObject([{ kind: 'image', file }]);
  });

  it('reports each stretch of labels without image once, and what property, record 0 and the records disagree about', async () => {
    await writeFile(at('property'), '9,8,8\n');
    const result = await validate();
    expect(result.problems.map(({ kind, why }) => [kind, why])).toEqual([
      ['label_gap', expect.stringContaining('labels 3..8')],
      ['record_zero', expect.stringContaining('states 3 identities (keys 8..10), property 9')],
    ]);
  });

  it('takes ranges that float32 rounded for harmless', async () => {
    const writer = await RecordWriter.create(at('train.rec'), at('train.idx'));
    const first = 2 ** 24 + 2; // exact, but its end, 3 more, is rounded down
    for (let i = 0; i < 3; i++) await writer.append(first + i, encodeImageRecord([0], first + i, await picture(i)));
    await writer.append(first + 3, encodeImageRecord([first, first + 3], first + 3, new Uint8Array(0)));
    await writer.append(0, encodeImageRecord([first + 3, first + 4], 0, new Uint8Array(0)));
    await writer.close();
    await writeFile(at('property'), '1,8,8\n');
    const { numBroken, problems } = await validate();
    expect(numBroken).toBe(0);
    expect(problems.map(({ kind, severity }) => [kind, severity])).toContainEqual(['identity_range', 'note']);
  });

  it('notes a missing index and checks the rest; data index writes it as it was', async () => {
    const before = await readFile(at('train.idx'), 'utf8');
    await rm(at('train.idx'));
    expect(await validate()).toMatchObject({ numBroken: 0, numNotes: 1, numImages: 7 });
    expect(await writeIndex(join(folder, 'set'))).toMatchObject({ keysFrom: 'ids', numDamaged: 0 });
    expect(await readFile(at('train.idx'), 'utf8')).toBe(before);
    await expect(writeIndex(join(folder, 'set'))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('survives a train.rec that is none, and an index that is none', async () => {
    await change('train.idx', () => 'x');
    expect(await validate()).toMatchObject({ numBroken: 1, numImages: 7 });
    await change('train.rec', () => 'this is no record file');
    const { problems } = await validate();
    expect(problems.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['index', 'damage', 'label_gap']));
  });

  it('lists folders without image and images that cannot be decoded', async () => {
    await writeFile(join(folder, 'in', 'bert', '1.png'), 'no image');
    await rm(join(folder, 'in', 'anna', '0.png'));
    const { problems, numImages } = await validateSet(join(folder, 'in'));
    expect(numImages).toBe(6);
    expect(problems).toMatchObject([{ kind: 'image', file: join(folder, 'in', 'bert', '1.png') }]);
  });
});

describe('contactSheet', () => {
  const sizeOf = async (options = {}, from = 'set'): Promise<[number, number]> => {
    const output = join(folder, 'sheet.png');
    await contactSheet(join(folder, from), output, options);
    const { width, height } = await sharp(output).metadata();
    return [width, height];
  };

  it('shows identities and pairs of either kind of set, or one verification set alone', async () => {
    const whole = await sizeOf({ columns: 4 });
    expect(whole[1]).toBe(4 + 3 * 116 + 126);
    expect(await sizeOf({ columns: 4 }, 'in')).toEqual(whole);
    expect(await sizeOf({ columns: 4, rows: 2, target: 'lfw', seed: 5 })).toEqual([476, 4 + 2 * 126]);
    await expect(sizeOf({ target: 'ijb' })).rejects.toMatchObject({ code: 'dataset_not_found' });
  });

  it('marks a pair of one person green and of two people red', async () => {
    const output = join(folder, 'sheet.png');
    await contactSheet(join(folder, 'set'), output, { columns: 4, rows: 1, target: 'lfw' });
    const { data, info } = await sharp(output).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const colour = (x: number): number[] => [...data.subarray((118 * info.width + x) * 3, (118 * info.width + x) * 3 + 3)];
    expect(colour(20)).toEqual([60, 170, 90]);
    expect(colour(20 + 240)).toEqual([200, 70, 60]);
  });
});
