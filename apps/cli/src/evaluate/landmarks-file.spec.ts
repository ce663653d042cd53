import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzReader } from '../../../../libs/formats/src/testing/fuzz-reader.js';
import { readLandmarks } from './landmarks-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-landmarks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const path = join(folder, 'points.csv');
  await writeFile(path, text);
  return readLandmarks(path);
}

describe('readLandmarks', () => {
  it('reads commas and blanks, a head, a score at the end, and CRLF', async () => {
    const points = await read(
      'name,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5\r\na.jpg,1,2,3,4,5,6,7,8,9,10\r\n\r\nb.jpg 1 2 3 4 5 6 7 8 9 10.5 0.99\r\n',
    );
    expect(points.get('a.jpg')).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
      [9, 10],
    ]);
    expect(points.get('b.jpg')?.[4]).toEqual([9, 10.5]);
    expect(points.size).toBe(2);
  });

  it('names the line that it cannot read', async () => {
    await expect(read('a.jpg,1,2,3,4,5,6,7,8,9,10\nb.jpg,1,2,3\n')).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringMatching(/Line 2 of .*points\.csv \(byte 27\)/) as string,
      details: { line: 2, byte: 27, file: join(folder, 'points.csv') },
    });
    await expect(readLandmarks(join(folder, 'gone'))).rejects.toMatchObject({ code: 'dataset_not_found' });
  });

  it('reads or refuses ten thousand damaged files', async () => {
    const line = 'a.jpg,1.5,2,3,4,5,6,7,8,9,10\n';
    const sound = [line.repeat(4), 'name x\n' + line.replaceAll(',', ' ').repeat(3)].map((text) => Buffer.from(text));
    const read = async (path: string) => {
      const points = await readLandmarks(path);
      for (const each of points.values()) expect(each.flat().filter(Number.isFinite)).toHaveLength(10);
    };
    expect(await fuzzReader('points.csv', sound, read)).toEqual(['dataset_invalid']);
  });
});
