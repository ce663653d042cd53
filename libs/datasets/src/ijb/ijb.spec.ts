import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArcFleetError } from '#contracts';
import { openIjb } from './open-ijb.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-ijb-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const FILES = {
  face_tid_mid: 'a.jpg 1 5\nb.jpg 1 5\nc.png 9 6\n',
  name_5pts_score: [
    'a.jpg 10.5 20 30 20 20 30 12 40 28 40 0.99',
    'b.jpg 1 2 3 4 5 6 7 8 9 10 1e-1',
    'c.png -1 2 3 4 5 6 7 8 9 10 0.5',
  ].join('\r\n'),
  template_pair_label: '1 9 0\n\n1 1 1',
};
type Files = Partial<Record<keyof typeof FILES, string | Buffer>>;

async function write(name: string, files: Files = {}): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, 'meta'), { recursive: true });
  for (const [part, text] of Object.entries({ ...FILES, ...files }))
    await writeFile(join(folder, 'meta', `set_${part}.txt`), text);
  return folder;
}

const refusal = (files: Files) => write('refused', files).then(openIjb);

describe('openIjb', () => {
  it('reads images, templates, media, landmarks, scores and pairs; lines end as they like', async () => {
    const folder = await write('plain');
    await mkdir(join(folder, 'loose_crop'));
    await writeFile(join(folder, 'loose_crop/b.jpg'), 'picture');
    const ijb = await openIjb(folder);
    expect([ijb.numImages, ...ijb.templates, ...ijb.media]).toEqual([3, 1, 1, 9, 5, 5, 6]);
    expect(ijb.landmarks(0)).toEqual([
      [10.5, 20],
      [30, 20],
      [20, 30],
      [12, 40],
      [28, 40],
    ]);
    expect([...ijb.detectorScores]).toEqual([0.99, 0.1, 0.5].map(Math.fround));
    expect([...ijb.first, ...ijb.second, ...ijb.isSame]).toEqual([1, 1, 9, 1, 0, 1]);
    expect(Buffer.from(await ijb.read(1)).toString()).toBe('picture');
    await symlink(join(folder, 'meta/set_face_tid_mid.txt'), join(folder, 'loose_crop/a.jpg'));
    await expect(ijb.read(0)).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringContaining('a.jpg') as string,
    });
    await expect(ijb.read(2)).rejects.toMatchObject({
      code: 'dataset_not_found',
      message: expect.stringContaining('c.png') as string,
    });
  });

  it.each<[string, Files, RegExp]>([
    ['a picture elsewhere', { face_tid_mid: '../a.jpg 1 5\n' }, /Line 1 of .*face_tid_mid.txt/],
    [
      'a template beyond 32 bits',
      { face_tid_mid: 'a.jpg 1 5\nb.jpg 2147483648 5\n' },
      /Line 2 of .*face_tid_mid.txt \(byte 10\)/,
    ],
    ['a label that is none', { template_pair_label: '1 9 2\n' }, /Line 1 of .*template_pair_label/],
    ['a coordinate that is no number', { name_5pts_score: FILES.name_5pts_score.replace('10.5', 'NaN') }, /Line 1 of .*5pts/],
    ['a number too few', { name_5pts_score: FILES.name_5pts_score.replace(' 0.99', '') }, /Line 1 of .*5pts/],
    [
      'images in another order',
      { name_5pts_score: FILES.name_5pts_score.replace('b.jpg', 'x.jpg') },
      /Line 2 .* must be about b.jpg/,
    ],
    ['fewer landmarks than images', { name_5pts_score: FILES.name_5pts_score.split('\r\n')[0]! }, /has 1 images, .* has 3/],
    ['a line without end', { template_pair_label: Buffer.alloc(1 << 20, 0x31) }, /Line 1 of .* more than 4096 bytes/],
  ])('refuses %s, naming file and line', async (_, files, message) => {
    await expect(refusal(files)).rejects.toMatchObject({
      code: 'dataset_invalid',
      message: expect.stringMatching(message) as string,
    });
  });

  it('wants one set, and all of its files', async () => {
    await expect(openIjb(join(root, 'none'))).rejects.toMatchObject({ code: 'dataset_not_found' });
    const folder = await write('two');
    await rm(join(folder, 'meta/set_template_pair_label.txt'));
    await expect(openIjb(folder)).rejects.toMatchObject({ code: 'dataset_not_found' });
    await writeFile(join(folder, 'meta/other_face_tid_mid.txt'), '');
    await expect(openIjb(folder)).rejects.toMatchObject({ code: 'dataset_invalid' });
  });

  it('opens or refuses 10,000 damaged files, and never does anything else', async () => {
    let state = 12345;
    const next = (below: number): number => (state = (state * 16_807) % 2_147_483_647) % below;
    const parts = Object.keys(FILES) as (keyof typeof FILES)[];
    const counts = { opened: 0, refused: 0 };
    const folder = await write('fuzzed');
    for (let round = 0; round < 10_000; round++) {
      const part = parts[next(3)]!;
      const file = join(folder, 'meta', `set_${part}.txt`);
      await writeFile(file, damage(Buffer.from(FILES[part]), next));
      try {
        const ijb = await openIjb(folder);
        expect([ijb.templates.length, ijb.media.length, ijb.detectorScores.length]).toEqual(Array(3).fill(ijb.numImages));
        expect([ijb.second.length, ijb.isSame.length]).toEqual(Array(2).fill(ijb.first.length));
        counts.opened++;
      } catch (error) {
        if (!(error instanceof ArcFleetError) || error.code !== 'dataset_invalid') throw error;
        expect(error.message).toContain(join(folder, 'meta'));
        counts.refused++;
      }
      if (next(4) === 0) for (const each of parts) await writeFile(join(folder, 'meta', `set_${each}.txt`), FILES[each]);
      else await writeFile(file, FILES[part]);
    }
    expect(counts.opened).toBeGreaterThan(500);
    expect(counts.refused).toBeGreaterThan(5_000);
    // Tens of thousands of files: seconds of work, minutes on a busy disk.
  }, 600_000);
});

/** Cuts, flips, repeats, inserts; sometimes several times. */
function damage(bytes: Buffer, next: (below: number) => number): Buffer {
  let result = bytes;
  for (let times = 1 + next(3); times > 0; times--) {
    const at = next(result.length + 1);
    switch (next(5)) {
      case 0:
        result = result.subarray(0, at);
        break;
      case 1:
        result = Buffer.from(result.map((byte, index) => (index === at ? next(256) : byte)));
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), Buffer.from([next(256)]), result.subarray(at)]);
        break;
      case 3:
        result = Buffer.concat([result, result.subarray(at)]);
        break;
      default:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + next(4))]);
    }
  }
  return result;
}
