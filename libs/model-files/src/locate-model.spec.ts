import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateModel } from './locate-model.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-models-'));
  const touch = async (...names: string[]) => {
    for (const name of names) {
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), '');
    }
  };
  await touch('run/model.json', 'run/model.safetensors');
  await touch('y1-softmax-emore/model-0001.json', 'y1-softmax-emore/model-0012.params', 'y1-softmax-emore/model-symbol.json');
  await touch('both/model-0003.json', 'both/model-0003.params', 'odd,7/model.json');
  await touch('other/model.tflite', 'graph/model.onnx', 'graph/w600k_r50.onnx');
  await touch('torch/model.pt', 'torch/backbone.pth', 'both-torch/backbone.pth', 'plain/mbf.safetensors');
  await mkdir(join(root, 'empty'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const found = async (path: string, epoch?: number): Promise<string> => {
  const location = await locateModel({ path: join(root, path), epoch, newOutput: false });
  const file = location.kind === 'mxnet' ? location.params : 'file' in location ? location.file : location.description;
  return file.slice(root.length + 1);
};

describe('a stored model', () => {
  it.each<[string, string, number | undefined, string]>([
    ['its folder', 'run', undefined, 'run/model.json'],
    ['its folder, with the default epoch of the command line', 'run', 1, 'run/model.json'],
    ['its folder with a slash', 'run/', undefined, 'run/model.json'],
    ['a folder and an epoch', 'y1-softmax-emore', 1, 'y1-softmax-emore/model-0001.json'],
    ['folder,epoch', 'y1-softmax-emore,1', undefined, 'y1-softmax-emore/model-0001.json'],
    ['folder,epoch with leading zeros', 'y1-softmax-emore,0012', undefined, 'y1-softmax-emore/model-0012.params'],
    ['folder,epoch and the same epoch', 'y1-softmax-emore,12', 12, 'y1-softmax-emore/model-0012.params'],
    ['a folder of numbered files', 'y1-softmax-emore', undefined, 'y1-softmax-emore/model-0001.json'],
    ['a prefix and an epoch', 'y1-softmax-emore/model', 12, 'y1-softmax-emore/model-0012.params'],
    ['prefix,epoch', 'y1-softmax-emore/model,12', undefined, 'y1-softmax-emore/model-0012.params'],
    ['a prefix', 'y1-softmax-emore/model', undefined, 'y1-softmax-emore/model-0001.json'],
    ['a prefix without number', 'run/model', undefined, 'run/model.json'],
    ['a prefix of both kinds: ours', 'both/model', 3, 'both/model-0003.json'],
    ['a file of parameters', 'both/model-0003.params', undefined, 'both/model-0003.params'],
    ['a folder whose name ends like a number', 'odd,7', undefined, 'odd,7/model.json'],
    ['a description', 'run/model.json', undefined, 'run/model.json'],
    ['weights', 'run/model.safetensors', undefined, 'run/model.json'],
    ["arcface_torch's folder", 'torch', undefined, 'torch/model.pt'],
    ["arcface_torch's folder of an older version", 'both-torch', undefined, 'both-torch/backbone.pth'],
    ['a folder of an ONNX graph', 'graph', undefined, 'graph/model.onnx'],
    ['an ONNX graph', 'graph/w600k_r50.onnx', undefined, 'graph/w600k_r50.onnx'],
    ['a file of torch.save', 'torch/backbone.pth', undefined, 'torch/backbone.pth'],
    ['weights without a description of ours', 'plain/mbf.safetensors', undefined, 'plain/mbf.safetensors'],
  ])('is found by %s', async (_, path, epoch, expected) => {
    expect(await found(path, epoch)).toBe(expected);
  });

  it('of MXNet has its symbol where there is one', async () => {
    const location = await locateModel({ path: join(root, 'y1-softmax-emore/model'), epoch: 12, newOutput: false });
    expect(location).toMatchObject({ kind: 'mxnet', symbol: join(root, 'y1-softmax-emore/model-symbol.json') });
    const lonely = await locateModel({ path: join(root, 'both/model-0003.params'), newOutput: false });
    expect(lonely).toMatchObject({ kind: 'mxnet', symbol: null });
  });

  it.each<[string, string, number | undefined, RegExp]>([
    ['a folder without one', 'empty', undefined, /looked for .*empty\/model\.json, .*empty\/model-0001\.params/],
    ['an epoch that is not there', 'y1-softmax-emore', 2, /of epoch 2: looked for .*model-0002\.json/],
    ['a file of another kind', 'other/model.tflite', undefined, /looked for .*model\.tflite\.json/],
    ['no such path', 'nowhere/model', undefined, /looked for .*nowhere\/model\.json/],
    ['a run folder under a number', 'run/model,1', undefined, /looked for .*run\/model-0001\.json/],
    ['two epochs that differ', 'y1-softmax-emore,1', 12, /ends in epoch 1, but pretrained.epoch is 12/],
  ])('is missed, saying where it was looked for: %s', async (_, path, epoch, message) => {
    await expect(found(path, epoch)).rejects.toMatchObject({ code: 'model_not_found', message: expect.stringMatching(message) });
  });
});
