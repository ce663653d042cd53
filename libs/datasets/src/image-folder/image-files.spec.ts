import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImageFile } from './image-files.js';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-image-files-'));
  await mkdir(at('root'));
  await writeFile(at('root/a.png'), 'a');
  await writeFile(at('b.png'), 'b');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('readImageFile', () => {
  it('reads a file, by a link as well where the link stays inside', async () => {
    await symlink(at('root/a.png'), at('root/c.png'));
    for (const name of ['a.png', 'c.png']) {
      expect(Buffer.from(await readImageFile(at(`root/${name}`), { root: at('root') })).toString()).toBe('a');
    }
    expect(Buffer.from(await readImageFile(at('b.png'))).toString()).toBe('b');
  });

  it('refuses a link that leaves the root, and a path that does', async () => {
    await symlink(at('b.png'), at('root/c.png'));
    await symlink(folder, at('root/up'));
    for (const name of ['root/c.png', 'root/up/b.png', 'b.png']) {
      await expect(readImageFile(at(name), { root: at('root') })).rejects.toMatchObject({
        code: 'dataset_invalid',
        details: { file: at(name), target: at('b.png') },
      });
    }
  });

  it('refuses what is too large without reading it, naming size and limit', async () => {
    await truncate(at('b.png'), 40 * 2 ** 30);
    await expect(readImageFile(at('b.png'))).rejects.toMatchObject({
      code: 'dataset_invalid',
      details: { file: at('b.png'), sizeBytes: 40 * 2 ** 30, limitBytes: 256 * 2 ** 20 },
    });
  });

  it('refuses what is empty, no file, or not there; a pipe is not waited for', async () => {
    await writeFile(at('empty.png'), '');
    await expect(readImageFile(at('empty.png'))).rejects.toMatchObject({ code: 'dataset_corrupt' });
    execFileSync('mkfifo', [at('pipe.png')]);
    for (const name of ['pipe.png', 'root', 'none.png']) {
      await expect(readImageFile(at(name))).rejects.toMatchObject({ code: 'dataset_not_found', details: { file: at(name) } });
      await expect(readImageFile(at(name), { root: folder })).rejects.toMatchObject({ code: 'dataset_not_found' });
    }
  });
});
