import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateModel } from '#model-files';
import { checkPretrainedNetwork, findPretrained } from './pretrained.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-pretrained-'));
  const write = async (path: string, text = '') => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write('models/y1-softmax-emore/model-0001.safetensors');
  await write('models/y1-softmax-emore/model-0001.json', '{"network":"y1"}');
  await write('models/y1-softmax-emore/model-0002.params');
  await write('stored/model.safetensors');
  await write('stored/model.json', '{"network":"r50"}');
  await write('other/best-0012.params');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const find = (text: string, epoch?: number) =>
  findPretrained(text, { workingFolder: root, ...(epoch === undefined ? {} : { epoch }) });

describe('findPretrained', () => {
  const y1 = () => join(root, 'models/y1-softmax-emore/model');

  it('takes the folder of a model with an epoch, as the README of InsightFace writes it', async () => {
    const expected = { path: y1(), epoch: 1, network: 'y1', isHere: true };
    expect(await find('./models/y1-softmax-emore,1')).toEqual(expected);
    expect(await find('./models/y1-softmax-emore')).toEqual(expected);
    expect(await find('./models/y1-softmax-emore', 1)).toEqual(expected);
    expect(await find('models/y1-softmax-emore/,1')).toEqual(expected);
  });

  it('takes a model that a fleet has stored, where one trains and no file has that name', async () => {
    const remote = (text: string) => findPretrained(text, { workingFolder: root, isRemote: true });
    for (const ref of ['faces@production', 'faces@3', `mdl_${'0'.repeat(20)}`]) {
      expect(await remote(ref)).toEqual({ path: ref, network: null, isHere: false, ref });
      expect(await find(ref)).not.toHaveProperty('ref');
    }
    await mkdir(join(root, 'mine@2'));
    expect(await remote('mine@2')).not.toHaveProperty('ref');
    expect(await remote('stored')).not.toHaveProperty('ref');
  });

  it('takes the prefix of its files, as train.py does', async () => {
    expect(await find('./models/y1-softmax-emore/model', 2)).toEqual({ path: y1(), epoch: 2, network: 'y1', isHere: true });
    expect(await find('other/best,12')).toEqual({ path: join(root, 'other/best'), epoch: 12, network: null, isHere: true });
  });

  it('takes the folder of a model that a run stored', async () => {
    expect(await find('stored')).toEqual({ path: join(root, 'stored'), network: 'r50', isHere: true });
  });

  it('takes one of the files, as the trainers do', async () => {
    const files = [
      'models/y1-softmax-emore/model-0001.safetensors',
      'models/y1-softmax-emore/model-0002.params',
      'stored/model.json',
    ];
    for (const file of files) {
      const network = file.startsWith('stored') ? 'r50' : 'y1';
      expect(await find(`./${file}`)).toEqual({ path: join(root, file), network, isHere: true });
    }
  });

  it('names what the trainers will find', async () => {
    for (const text of [
      './models/y1-softmax-emore',
      'other/best,12',
      'stored',
      'stored/model',
      './models/y1-softmax-emore/model-0002.params',
    ]) {
      const { path, epoch } = await find(text);
      const [, given, number] = /^(.*?)(?:,(\d+))?$/.exec(text) ?? [];
      const asGiven = {
        path: join(root, given ?? ''),
        epoch: number === undefined ? undefined : Number(number),
        newOutput: false,
      };
      expect(await locateModel({ path, epoch, newOutput: false })).toEqual(await locateModel(asGiven));
    }
  });

  it('says what is not here, and knows its network by the name of its folder', async () => {
    expect(await find('./models/mnas05-softmax-emore,1')).toEqual({
      path: join(root, 'models/mnas05-softmax-emore/model'),
      epoch: 1,
      network: 'mnas05',
      isHere: false,
    });
    expect(await find('./models/y1-softmax-emore,7')).toMatchObject({ path: y1(), epoch: 7, isHere: false });
    expect(await find('nowhere/model,3')).toMatchObject({
      path: join(root, 'nowhere/model'),
      epoch: 3,
      network: null,
      isHere: false,
    });
  });

  it('refuses two epochs that differ', async () => {
    await expect(find('./models/y1-softmax-emore,1', 2)).rejects.toThrow('names epoch 1, --pretrained-epoch 2');
    expect((await find('./models/y1-softmax-emore,1', 1)).epoch).toBe(1);
  });
});

describe('checkPretrainedNetwork', () => {
  const text = './models/y1-softmax-emore,1';
  const check = async (line: string) => checkPretrainedNetwork(await find(text), 'mnas05', text, line.split(' '));

  it("answers the README's fourth command with the one that works", async () => {
    await expect(check(`train --network mnas05 --loss triplet --lr 0.005 --pretrained ${text}`)).rejects.toThrow(
      `npx arcfleet train --network y1 --loss triplet --lr 0.005 --pretrained ${text}`,
    );
    await expect(check(`train --loss triplet --network=mnas05 --pretrained ${text}`)).rejects.toThrow(
      `npx arcfleet train --network y1 --loss triplet --pretrained ${text}`,
    );
    await expect(check('train')).rejects.toThrow(/is a model of y1 .* no place in mnas05/);
  });

  it('lets a model of the same network pass, and one that says nothing of itself', async () => {
    const same = await find(text);
    expect(() => checkPretrainedNetwork(same, 'y1', text, [])).not.toThrow();
    const silent = await find('other/best,12');
    expect(() => checkPretrainedNetwork(silent, 'y1', text, [])).not.toThrow();
  });
});
