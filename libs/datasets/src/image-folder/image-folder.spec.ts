import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrainingSet } from '../open-training-set.js';
import { ImageDecoder } from '../pipeline/image-decoder.js';
import { openSampleReader } from '../sample-reader.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An image of one grey, `size` x `size` pixels. */
async function put(name: string, grey = 90, size = 8): Promise<void> {
  await mkdir(join(folder, name, '..'), { recursive: true });
  const raw = { width: size, height: size, channels: 3 } as const;
  await sharp(Buffer.alloc(size * size * 3, grey), { raw }).toFile(join(folder, name));
}
const open = () => openTrainingSet({ kind: 'image_folder', path: folder, height: 8, width: 8 });

describe('a folder of images', () => {
  it('is a training set: folders by name are the labels, files by name the samples', async () => {
    for (const name of ['bo/2.png', 'bo/1.jpg', 'Ann/x.webp', '10/a.JPEG', '9/a.jpg']) {
      await put(name.replace('JPEG', 'jpeg'));
    }
    await writeFile(join(folder, 'README.txt'), 'no image');
    await writeFile(join(folder, 'bo/.hidden.jpg'), 'no image');
    await mkdir(join(folder, 'nobody'));
    const set = await open();
    expect(set).toMatchObject({ kind: 'image_folder', numClasses: 4, numImages: 5, height: 8, width: 8 });
    expect(Array.from(set.labels, (label, i) => [label, set.describe(i).slice(folder.length + 1)])).toEqual([
      [0, '10/a.jpeg'],
      [1, '9/a.jpg'],
      [2, 'Ann/x.webp'],
      [3, 'bo/1.jpg'],
      [3, 'bo/2.png'],
    ]);
  });

  it('resizes what has another size; the usual size is 112', async () => {
    await put('a/1.png', 200, 30);
    const set = await open();
    const decoder = new ImageDecoder({ size: set, source: set.source, threads: 0 });
    const pixels = decoder.allocate(8 * 8 * 3);
    await decoder.decodeSamples(set, { indices: [0] }, pixels, new Int32Array(1));
    expect([...pixels]).toEqual(Array(8 * 8 * 3).fill(200));
    expect(await openTrainingSet({ kind: 'image_folder', path: folder })).toMatchObject({ height: 112, width: 112 });
  });

  it('is read by another thread from plain data', async () => {
    await put('a/1.png');
    await put('b/ü.png');
    const set = await open();
    const { source, located } = structuredClone({ source: set.source!, located: set.locate(Uint32Array.of(1, 0))! });
    const reader = await openSampleReader(source);
    expect(Buffer.from(await reader.read(located, 0))).toEqual(Buffer.from(await set.read(1)));
    expect(reader.describe(located, 0)).toBe(join(folder, 'b/ü.png'));
  });

  it('follows links inside and refuses those that leave it', async () => {
    await put('a/1.png');
    await symlink(join(folder, 'a/1.png'), join(folder, 'a/2.png'));
    await symlink(join(folder, 'a'), join(folder, 'b'));
    expect(await open()).toMatchObject({ numImages: 4, numClasses: 2 });
    await symlink('/etc/hostname', join(folder, 'a/3.png'));
    await expect(open()).rejects.toMatchObject({ code: 'dataset_invalid', details: { file: join(folder, 'a/3.png') } });
  });

  it('says what is wrong with it', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'dataset_invalid', details: { file: folder } });
    await expect(openTrainingSet({ kind: 'image_folder', path: join(folder, 'x') })).rejects.toMatchObject({
      code: 'dataset_not_found',
    });
    await put('a/1.png');
    await writeFile(join(folder, 'a/2.png'), '');
    const set = await open();
    await expect(set.read(1)).rejects.toMatchObject({ code: 'dataset_corrupt', details: { file: join(folder, 'a/2.png') } });
  });
});
