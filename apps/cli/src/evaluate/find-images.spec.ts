import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findImages } from './find-images.js';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-find-'));
  await mkdir(at('faces/deep'), { recursive: true });
  for (const name of ['faces/b.png', 'faces/deep/a.JPG', 'faces/.hidden.png', 'faces/c.bmp', 'faces/notes.txt']) {
    await writeFile(at(name), name);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('findImages', () => {
  it('takes the images below a folder that data sets take, by name', async () => {
    const { names, read } = await findImages(['faces', 'faces/c.bmp'], folder);
    expect(names).toEqual(['faces/b.png', 'faces/deep/a.JPG', 'faces/c.bmp']);
    expect(Buffer.from(await read(1)).toString()).toBe('faces/deep/a.JPG');
  });

  it('names what cannot be read', async () => {
    const { read } = await findImages(['faces'], folder);
    await rm(at('faces/b.png'));
    await expect(read(0)).rejects.toMatchObject({ code: 'dataset_not_found', details: { file: at('faces/b.png') } });
    await symlink('/etc/hostname', at('faces/b.png'));
    await expect(read(0)).rejects.toMatchObject({ code: 'dataset_invalid', details: { target: '/etc/hostname' } });
    await expect(findImages(['nowhere'], folder)).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});
