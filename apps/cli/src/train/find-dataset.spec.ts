import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDataset, inUsualOrder } from './find-dataset.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-datasets-'));
  const faces = join(root, 'datasets/faces_emore');
  await mkdir(faces, { recursive: true });
  await writeFile(join(faces, 'property'), '85742,112,112\n');
  for (const target of ['lfw', 'calfw', 'agedb_30', 'cfp_fp']) await writeFile(join(faces, `${target}.bin`), '');
  await mkdir(join(root, 'datasets/mine'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const find = (dataset?: string, folder?: string) => findDataset({ dataset, folder, dataRoot: './datasets', workingFolder: root });

describe('findDataset', () => {
  it('knows the presets of train.py by their folders below the data root', async () => {
    const emore = { name: 'emore', path: join(root, 'datasets/faces_emore'), isHere: true, numClasses: 85_742 };
    expect(await find()).toMatchObject(emore);
    expect(await find('emore')).toMatchObject({ ...emore, targets: ['calfw', 'lfw', 'cfp_fp', 'agedb_30'] });
    expect(await find('retina')).toMatchObject({ path: join(root, 'datasets/ms1m-retinaface-t1'), isHere: false, targets: null });
  });

  it('takes a folder below the data root, and a path', async () => {
    expect(await find('mine')).toMatchObject({
      name: 'mine',
      path: join(root, 'datasets/mine'),
      isHere: true,
      numClasses: null,
      targets: [],
    });
    expect(await find('./datasets/mine')).toMatchObject({ name: 'mine', path: join(root, 'datasets/mine') });
    expect(await find('/data/there')).toMatchObject({ name: 'there', path: '/data/there', isHere: false });
    expect(await find('s3://faces/emore')).toMatchObject({ name: 'emore', path: 's3://faces/emore', isHere: false });
  });

  it("takes a recipe's data set where none is named, under its preset's name", async () => {
    expect(await find(undefined, 'faces_emore')).toMatchObject({ name: 'emore' });
    expect(await find('mine', 'faces_emore')).toMatchObject({ name: 'mine' });
    expect(await find(undefined, 'WebFace12M_FLIP40')).toMatchObject({ name: 'WebFace12M_FLIP40' });
  });

  it('takes what is neither for a registered data set, where a fleet is asked', async () => {
    const submit = (dataset: string) =>
      findDataset({ dataset, folder: undefined, dataRoot: './datasets', workingFolder: root, isRemote: true });
    expect(await submit('faces@3f2a91bc')).toMatchObject({ name: 'faces', ref: 'faces@3f2a91bc', isHere: false, targets: null });
    expect(await submit('faces')).toMatchObject({ ref: 'faces' });
    expect(await submit('mine')).not.toHaveProperty('ref');
    expect(await submit('emore')).not.toHaveProperty('ref');
    expect(await submit('./faces')).not.toHaveProperty('ref');
    await expect(submit('Faces!')).rejects.toThrow(/There is no data set "Faces!"/);
    await expect(find('faces@3f2a91bc')).rejects.toThrow(/There is no data set/);
  });

  it('refuses a name that means nothing, naming those that do', async () => {
    await expect(find('emor')).rejects.toThrow(/no preset \(emore, retina/);
  });
});

it('the sets of train.py come last: the last one decides which model is best', () => {
  expect(inUsualOrder(['a', 'agedb_30', 'lfw', 'z'])).toEqual(['a', 'z', 'lfw', 'agedb_30']);
  expect(inUsualOrder(['b', 'c'])).toEqual(['b', 'c']);
});
