import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodeVerificationSet,
  listVerificationTargets,
  openVerificationSet,
  parseVerificationSet,
  verificationPath,
  writeVerificationSet,
  type VerificationSet,
} from './verification-set.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-verification-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The images of fixtures/make_pickles.py. */
const FIXTURE_IMAGES = [
  Buffer.from('ffd86f6e65000a27225c', 'hex'),
  Buffer.from('89504e4774776f', 'hex'),
  Buffer.from(Uint8Array.from({ length: 56 }, (_, index) => 200 + index)),
  Buffer.from('four'),
];
const imagesOf = (set: VerificationSet): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: 2 * set.numPairs }, (_, index) => set.image(index)));
const pickle = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('verification sets', () => {
  it('come back as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1 }), fc.uint8Array({ minLength: 1 }), fc.boolean()), { maxLength: 20 }),
        async (pairs) => {
          const images = pairs.flatMap(([a, b]) => [a, b]);
          const isSame = pairs.map(([, , same]) => same);
          const set = parseVerificationSet(encodeVerificationSet(images, isSame), '/d/x.bin');
          expect((await imagesOf(set)).map((image) => [...image])).toEqual(images.map((image) => [...image]));
          expect([...set.isSame]).toEqual(isSame.map(Number));
        },
      ),
    );
  });

  it('of more than a thousand pairs are written in batches and read in order', async () => {
    const images = Array.from({ length: 4_002 }, (_, index) => Uint8Array.of(index & 255, index >> 8));
    const isSame = Array.from({ length: 2_001 }, (_, index) => index % 3 === 0);
    const path = verificationPath(folder, 'large');
    await writeVerificationSet(path, images, isSame);
    const set = await openVerificationSet(path);
    expect(set).toMatchObject({ name: 'large', path, numPairs: 2_001 });
    expect((await imagesOf(set)).every((image, index) => image[0]! + 256 * image[1]! === index)).toBe(true);
    expect([...set.isSame]).toEqual(isSame.map(Number));
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  const written = readFileSync(new URL('../../../../libs/datasets/src/fixtures/pickles.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string, string, string]);
  it.each(written)('are read as %s writes them: protocol %s, %s', async (_who, _protocol, _what, base64) => {
    const path = verificationPath(folder, 'fixture');
    await writeFile(path, Buffer.from(base64, 'base64'));
    const set = await openVerificationSet(path);
    expect([...set.isSame]).toEqual([1, 0]);
    expect((await imagesOf(set)).map((image) => Buffer.from(image))).toEqual(FIXTURE_IMAGES);
  });

  it('that change after they were opened are a named error', async () => {
    const path = verificationPath(folder, 'changing');
    await writeVerificationSet(path, [Uint8Array.of(1), Uint8Array.of(2)], [true]);
    const set = await openVerificationSet(path);
    await writeVerificationSet(path, [Uint8Array.of(3), Uint8Array.of(4)], [true]);
    await expect(set.image(0)).rejects.toMatchObject({ code: 'dataset_changed', details: { file: path } });
  });

  it('that are too large are refused before they are read', async () => {
    const path = verificationPath(folder, 'huge');
    await writeFile(path, '');
    await truncate(path, 30e9);
    await expect(openVerificationSet(path)).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringMatching(/huge\.bin has 30000000000 bytes; at most 2147483647/),
      details: { file: path, sizeBytes: 30e9, limitBytes: 2 ** 31 - 1 },
    });
  });

  it.each([
    ['no tuple', '\x80\x04K\x01.', 'two things'],
    ['one list', '\x80\x04]\x85.', 'two things'],
    ['three things', '\x80\x04]]]\x87.', 'two things'],
    ['an odd number of images', '\x80\x04](C\x01ae](\x88e\x86.', '1 images for 1 pairs'],
    ['an empty image', '\x80\x04](C\x01aC\x00e](\x88e\x86.', 'position 1'],
    ['a number for an image', '\x80\x04](C\x01aK\x05e](\x88e\x86.', 'position 1'],
    ['text beyond latin1 for an image', '\x80\x04](C\x01a\x8c\x02\xc4\x80e](\x88e\x86.', 'position 1'],
    ['2 for a boolean', '\x80\x04](C\x01aC\x01be](K\x02e\x86.', 'pair 0'],
    ['None for a boolean', '\x80\x04](C\x01aC\x01be](Ne\x86.', 'pair 0'],
  ])('with %s are refused', (_what, text, message) => {
    expect(() => parseVerificationSet(pickle(text), '/d/x.bin')).toThrow(
      expect.objectContaining({ code: 'dataset_invalid', message: expect.stringMatching(new RegExp(`^/d/x.bin .*${message}`)) }),
    );
  });

  it('are listed in the usual order, and what is none is left out', async () => {
    const own = await mkdtemp(join(folder, 'list-'));
    for (const name of ['zz.bin', 'agedb_30.bin', 'a.bin', 'lfw.bin', 'train.rec', '.bin', 'cfp_fp.bin']) {
      await writeFile(join(own, name), '');
    }
    expect(await listVerificationTargets(own)).toEqual(['lfw', 'cfp_fp', 'agedb_30', 'a', 'zz']);
    await expect(listVerificationTargets(join(own, 'nowhere'))).rejects.toMatchObject({ code: 'dataset_not_found' });
    await expect(openVerificationSet(join(own, 'nowhere.bin'))).rejects.toMatchObject({ code: 'dataset_not_found' });
    await expect(openVerificationSet(join(own, 'lfw.bin'))).rejects.toMatchObject({ code: 'pickle_refused' });
  });
});
