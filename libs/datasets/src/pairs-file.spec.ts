import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPairsFile, parsePairs } from './pairs-file.js';

const parse = (text: string) => parsePairs(Buffer.from(text), '/d/pairs.txt');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-pairs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('lists of pairs', () => {
  it('of LFW are read: header, both kinds of lines, tabs', () => {
    const { images, isSame } = parse('1\t1\nAbel_Pacheco\t1\t4\nAbdel_Madi_Shabneh\t1\tDean_Barker\t12\n');
    expect(images).toEqual([
      'Abel_Pacheco/Abel_Pacheco_0001.jpg',
      'Abel_Pacheco/Abel_Pacheco_0004.jpg',
      'Abdel_Madi_Shabneh/Abdel_Madi_Shabneh_0001.jpg',
      'Dean_Barker/Dean_Barker_0012.jpg',
    ]);
    expect([...isSame]).toEqual([1, 0]);
  });

  it('of LFW in ten folds of 300 and 300 have 6,000 pairs', () => {
    const fold = `${'A\t1\t2\n'.repeat(300)}${'A\t1\tB\t1\n'.repeat(300)}`;
    const { isSame } = parse(`10\t300\n${fold.repeat(10)}`);
    expect(isSame).toHaveLength(6_000);
    expect(isSame.reduce((sum, same) => sum + same, 0)).toBe(3_000);
    expect(() => parse(`10\t300\n${fold.repeat(9)}`)).toThrow('announces 6000 pairs, but 5400 follow');
  });

  it('of paths are read', () => {
    const { images, isSame } = parse('a/1.png b/2.png 0\r\n\r\na/1.png a/2.png 1');
    expect(images).toEqual(['a/1.png', 'b/2.png', 'a/1.png', 'a/2.png']);
    expect([...isSame]).toEqual([0, 1]);
  });

  it.each([
    ['a/1.jpg b/2.jpg 2', 1, 0],
    ['A 1 2\nB 1', 2, 6],
    ['A 1 2\n../x b 1', 2, 6],
    ['/etc/passwd b 1', 1, 0],
    ['', 1, 0],
    ['1 1\nA 1 2', 3, 9],
  ])('are refused, naming line and byte: %j', (text, line, byte) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'dataset_invalid', details: { file: '/d/pairs.txt', line, byte } }),
    );
  });

  it('give their images when they are asked for', async () => {
    await mkdir(join(folder, 'Ann'));
    await writeFile(join(folder, 'Ann/Ann_0001.jpg'), 'one');
    await writeFile(join(folder, 'pairs.txt'), 'Ann 1 2\n');
    const set = await openPairsFile(join(folder, 'pairs.txt'), folder);
    expect(set).toMatchObject({ name: 'pairs', numPairs: 1 });
    expect(Buffer.from(await set.image(0)).toString()).toBe('one');
    const file = join(folder, 'Ann/Ann_0002.jpg');
    await expect(set.image(1)).rejects.toMatchObject({ code: 'dataset_not_found', details: { file } });
    await expect(openPairsFile(join(folder, 'none.txt'), folder)).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});
