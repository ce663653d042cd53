import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCompleteFolder } from './write-complete.js';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'arcfleet-complete-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, 'out', name)), { recursive: true });
    await writeFile(join(root, 'out', name), content);
  }
}
const replace = (): Promise<void> =>
  writeCompleteFolder(join(root, 'out'), { force: true }, (folder) => writeFile(join(folder, 'new'), 'new'));

const RECORDS = { property: '3,8,8\n', 'train.rec': 'r', 'train.idx': '1\t0\n', 'labels.txt': '0\tann\n', 'lfw.bin': 'b' };
const FOLDERS = { 'labels.txt': '0\tann\n1\tbo\n', 'ann/0000000001.png': 'a', 'bo/0000000002.jpg': 'b', 'lfw.bin': 'b' };

describe('--force', () => {
  it.each([
    ['records', RECORDS],
    ['folders by name', FOLDERS],
    ['folders by label', { 'labels.txt': '0\t../a\n1\tb\n', '0/0000000001.png': 'a', '1/0000000002.png': 'b' }],
  ])('replaces a data set: %s', async (_, files) => {
    await put(files);
    await replace();
    expect(await readFile(join(root, 'out', 'new'), 'utf8')).toBe('new');
  });

  it.each<[string, Record<string, string>, string]>([
    ['property of something else', { property: 'of: mine\n', 'train.rec': 'r' }, 'property'],
    ['property without records', { property: '3,8,8\n', 'house.dwg': 'x' }, ''],
    ['labels.txt of something else', { 'labels.txt': 'shipping labels\n' }, 'labels.txt'],
    ['a file beside records', { ...RECORDS, 'thesis.tex': 'x' }, 'thesis.tex'],
    ['a folder beside records', { ...RECORDS, 'runs/1/log': 'x' }, 'runs'],
    ['a folder with the name of a verification set', { ...RECORDS, 'lfw.bin': 'b', 'mine.bin/x': 'x' }, 'mine.bin'],
    ['a file beside identities', { ...FOLDERS, 'notes.md': 'x' }, 'notes.md'],
    ['a folder that is no identity', { ...FOLDERS, 'carl/0000000003.png': 'x' }, 'carl'],
    ['a file in an identity', { ...FOLDERS, 'bo/holiday.png': 'x' }, 'bo/holiday.png'],
  ])('refuses, and names, %s', async (_, files, stranger) => {
    await put(files);
    await expect(replace()).rejects.toMatchObject({ code: 'conflict', details: { file: join(root, 'out', stranger) } });
    for (const [name, content] of Object.entries(files)) expect(await readFile(join(root, 'out', name), 'utf8')).toBe(content);
  });

  it('refuses a link among the files', async () => {
    await put(FOLDERS);
    await symlink(root, join(root, 'out', 'mine'));
    await expect(replace()).rejects.toMatchObject({ code: 'conflict', details: { file: join(root, 'out', 'mine') } });
  });
});
