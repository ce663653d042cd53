import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('takes the folder of a model with an epoch, as the README of InsightFace writes it', () => {
    const expected = { path: y1(), epoch: 1, network: 'y1', isHere: true };
    expect(find('./models/y1-softmax-emore,1')).toEqual(expected);
    expect(find('./models/y1-softmax-emore')).toEqual(expected);
    expect(find('./models/y1-softmax-emore', 1)).toEqual(expected);
    expect(find('models/y1-softmax-emore/,1')).toEqual(expected);
  });

  it('takes the prefix of its files, as train.py does', () => {
    expect(find('./models/y1-softmax-emore/model', 2)).toEqual({ path: y1(), epoch: 2, network: 'y1', isHere: true });
    expect(find('other/best,12')).toEqual({ path: join(root, 'other/best'), epoch: 12, network: null, isHere: true });
  });

  it('takes the folder of a model that a run stored', () => {
    expect(find('stored')).toEqual({ path: join(root, 'stored'), network: 'r50', isHere: true });
  });

  it('says what is not here, and knows its network by the name of its folder', () => {
    expect(find('./models/mnas05-softmax-emore,1')).toEqual({
      path: join(root, 'models/mnas05-softmax-emore/model'),
      epoch: 1,
      network: 'mnas05',
      isHere: false,
    });
    expect(find('./models/y1-softmax-emore,7')).toMatchObject({ path: y1(), epoch: 7, isHere: false });
    expect(find('nowhere/model,3')).toMatchObject({ path: join(root, 'nowhere/model'), epoch: 3, network: null, isHere: false });
  });

  it('refuses two epochs that differ', () => {
    expect(() => find('./models/y1-softmax-emore,1', 2)).toThrow('names epoch 1, --pretrained-epoch 2');
    expect(find('./models/y1-softmax-emore,1', 1).epoch).toBe(1);
  });
});

describe('checkPretrainedNetwork', () => {
  const text = './models/y1-softmax-emore,1';
  const check = (line: string) => checkPretrainedNetwork(find(text), 'mnas05', text, line.split(' '));

  it("answers the README's fourth command with the one that works", () => {
    expect(() => check(`train --network mnas05 --loss triplet --lr 0.005 --pretrained ${text}`)).toThrow(
      `npx arcfleet train --network y1 --loss triplet --lr 0.005 --pretrained ${text}`,
    );
    expect(() => check(`train --loss triplet --network=mnas05 --pretrained ${text}`)).toThrow(
      `npx arcfleet train --network y1 --loss triplet --pretrained ${text}`,
    );
    expect(() => check('train')).toThrow(/is a model of y1 .* no place in mnas05/);
  });

  it('lets a model of the same network pass, and one that says nothing of itself', () => {
    expect(() => checkPretrainedNetwork(find(text), 'y1', text, [])).not.toThrow();
    expect(() => checkPretrainedNetwork(find('other/best,12'), 'y1', text, [])).not.toThrow();
  });
});
