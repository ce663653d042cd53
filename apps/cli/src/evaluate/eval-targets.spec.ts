import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationConfigSchema } from '#contracts';
import { evalTargets, registeredData, type TargetFlags } from './eval-targets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-targets-'));
  await mkdir(join(folder, 'data'));
  for (const name of ['lfw', 'agedb_30', 'mine']) await writeFile(join(folder, 'data', `${name}.bin`), '');
  await writeFile(join(folder, '.odd name.bin'), '');
  await writeFile(join(folder, 'pairs.txt'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const targets = (flags: TargetFlags, isHere = true) =>
  evalTargets(flags, { workingFolder: folder, access: { env: {} } as never, isHere });

describe('registeredData', () => {
  it('takes a reference for a registered data set, unless there is a folder of that name', () => {
    expect(registeredData(folder, { dataset: 'faces@3f2a91bc' })).toEqual({ dataset: 'faces@3f2a91bc' });
    expect(registeredData(folder, { dataset: 'faces', targets: 'lfw,mine' })).toEqual({
      dataset: 'faces',
      targets: ['lfw', 'mine'],
    });
    for (const dataset of ['data', './faces', '/data/faces', 's3://bucket/faces', undefined]) {
      expect(registeredData(folder, dataset === undefined ? {} : { dataset })).toBeNull();
    }
  });

  it.each([{ targets: 'lfw,./mine.bin' }, { probes: 'a', distractors: 'b' }, { ijb: 'IJBC' }, { images: 'x' }])(
    'takes no files beside one: %j',
    (flags) => expect(() => registeredData(folder, { dataset: 'faces', ...flags })).toThrow('registered data set'),
  );
});

describe('evalTargets', () => {
  it('takes all sets of a folder, the usual ones first, or those that are named', async () => {
    const all = await targets({ dataset: 'data' });
    expect(all.map(({ name }) => name)).toEqual(['lfw', 'agedb_30', 'mine']);
    expect(await targets({ dataset: 'data', targets: 'mine,lfw' })).toEqual([
      { protocol: 'verification', name: 'mine', path: join(folder, 'data/mine.bin') },
      { protocol: 'verification', name: 'lfw', path: join(folder, 'data/lfw.bin') },
    ]);
  });

  it('takes files, pairs lists with the folder of their images, searches and templates', async () => {
    const found = await targets({
      targets: 'data/lfw.bin,.odd name.bin,pairs.txt',
      images: 'pictures',
      probes: '/faces/scrub',
      distractors: 's3://bucket/million',
      ijb: 'IJBC',
    });
    expect(found).toEqual([
      { protocol: 'verification', name: 'lfw', path: join(folder, 'data/lfw.bin') },
      { protocol: 'verification', name: 'set.odd_name', path: join(folder, '.odd name.bin') },
      { protocol: 'verification', name: 'pairs', path: join(folder, 'pairs.txt'), images: join(folder, 'pictures') },
      { protocol: 'identification', name: 'scrub', probes: '/faces/scrub', distractors: 's3://bucket/million' },
      { protocol: 'templates', name: 'IJBC', path: join(folder, 'IJBC') },
    ]);
    // What the configuration of an evaluation takes.
    expect(() => evaluationConfigSchema.parse({ model: { id: null, path: '/m' }, targets: found })).not.toThrow();
  });

  it.each([
    [{}, /nothing to evaluate on/],
    [{ targets: 'lfw' }, /--dataset/],
    [{ targets: 'gone', dataset: 'data' }, /no verification set .*gone\.bin/],
    [{ targets: 'pairs.txt' }, /--images/],
    [{ probes: 'a' }, /belong together/],
    [{ ijb: 's3://faces/IJBC' }, /an IJB folder is not read from .* s3/],
  ] satisfies [TargetFlags, RegExp][])('refuses %j', async (flags, message) => {
    await expect(targets(flags)).rejects.toThrow(message);
  });

  it('leaves it to the workers whether a file is there', async () => {
    expect(await targets({ targets: 'gone', dataset: '/far/away' }, false)).toEqual([
      { protocol: 'verification', name: 'gone', path: '/far/away/gone.bin' },
    ]);
  });

  it('does not take the sets of this machine for those of the workers', async () => {
    await expect(targets({ dataset: 'data' }, false)).rejects.toThrow(/cannot be listed from here: name its sets/);
  });
});
