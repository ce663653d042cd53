import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrainingSet } from '../open-training-set.js';
import { writeFaceFolders } from '../testing/face-folders.js';
import { openIdentityFolders } from './identity-folders.js';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-identities-'));
  await writeFaceFolders(folder, { ann: 2, cleo: 1, dora: 2 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('openIdentityFolders', () => {
  it('numbers identities and images as training does', async () => {
    await mkdir(at('bert'));
    await writeFile(at('ann/.0.png'), 'hidden');
    await writeFile(at('ann/0.bmp'), 'is not decoded');
    await mkdir(at('carl'));
    await writeFile(at('carl/x.bmp'), 'is not decoded');
    await symlink(at('cleo'), at('emil'));
    await symlink(at('ann/0.png'), at('cleo/9.png'));
    const [tool, training] = [await openIdentityFolders(folder), await openTrainingSet({ kind: 'image_folder', path: folder })];
    expect([...tool.labels]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...training.labels]).toEqual([...tool.labels]);
    expect(tool.numClasses).toBe(training.numClasses);
    expect([0, 1, 2, 3].map((label) => tool.nameOf(label))).toEqual(['ann', 'cleo', 'dora', 'emil']);
    for (let i = 0; i < tool.numImages; i++) {
      expect(tool.describe(i)).toBe(training.describe(i));
      expect(await tool.read(i)).toEqual(await training.read(i));
    }
  });

  it('refuses a link that leaves the folder, and a folder without images', async () => {
    await symlink('/etc/hostname', at('ann/5.png'));
    await expect(openIdentityFolders(folder)).rejects.toMatchObject({
      code: 'dataset_invalid',
      details: { file: at('ann/5.png') },
    });
    await expect(openIdentityFolders(at('cleo'))).rejects.toMatchObject({ code: 'dataset_invalid' });
    await expect(openIdentityFolders(at('none'))).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});
