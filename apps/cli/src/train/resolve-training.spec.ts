import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { describeRecipe, findRecipe, NETWORK_NAMES } from '#contracts';
import { describeTraining } from './describe-training.js';
import type { DatasetPlace } from './find-dataset.js';
import type { PretrainedModel } from './pretrained.js';
import { deviceList, resolveTraining } from './resolve-training.js';
import { addTrainOptions, type TrainFlags } from './train-options.js';

const FACES: DatasetPlace = {
  name: 'emore',
  path: '/work/datasets/faces_emore',
  isHere: true,
  numClasses: 85_742,
  targets: ['lfw', 'cfp_fp', 'agedb_30'],
};

/** What a command line comes down to, options parsed as the CLI does it. */
function resolve(line: string, { devices, pretrained = null }: { devices?: string; pretrained?: PretrainedModel | null } = {}) {
  const command = addTrainOptions(new Command('train'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(
    line.split(' ').filter((word) => word !== ''),
    { from: 'user' },
  );
  return resolveTraining(command.opts<TrainFlags>(), { workingFolder: '/work', devices, dataset: FACES, pretrained });
}

const configOf = (line: string, surroundings?: Parameters<typeof resolve>[1]) => resolve(line, surroundings).config;

describe('without options, a training', () => {
  it('is what train.py does on one device: r100 with arcface on emore, 128 images', () => {
    const { config, modelFolder, ckpt, notes } = resolve('');
    expect(config).toMatchObject({
      dataset: { path: '/work/datasets/faces_emore' },
      network: { name: 'r100', embeddingSize: 512, output: 'E' },
      loss: { name: 'arcface', scale: 64, margin: 0.5, subCenters: 1 },
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, clipNorm: null },
      schedule: { name: 'steps', boundaries: [100_000, 160_000, 220_000], factor: 0.1, warmupSteps: 0 },
      batch: { globalBatchSize: 128, accumulationSteps: 1, bnGroupSize: 128 },
      verification: { everySteps: 2_000, targets: ['lfw', 'cfp_fp', 'agedb_30'] },
      classSampling: { name: 'none' },
      model: { save: 'best' },
      ranks: { min: 1, max: 1 },
      pretrained: null,
    });
    expect({ modelFolder, ckpt, notes }).toEqual({ modelFolder: '/work/models/r100-arcface-emore', ckpt: 3, notes: [] });
  });

  it('ends an eighth beyond the last drop of the rate, where train.py never ends', () => {
    expect(configOf('').maxSteps).toBe(247_500);
    expect(configOf('--lr-steps 100000,160000').maxSteps).toBe(180_000);
    expect(configOf('--max-steps 0').maxSteps).toBe(247_500);
    expect(configOf('--max-steps 10').maxSteps).toBe(10);
    expect(configOf('--epochs 3').epochs).toBe(3);
    expect(configOf('--epochs 3').maxSteps).toBeUndefined();
    expect(() => configOf('--lr-steps ,')).toThrow(/maxSteps \(--max-steps\): maxSteps or epochs is required/);
  });
});

describe('presets', () => {
  // insightface.md 1.3 and 1.4: network, output; loss and its numbers; batch per device; rate.
  it.each([
    ['--network r100fc', { network: { name: 'r100', output: 'FC', embeddingSize: 512 } }],
    ['--network r50v1', { network: { name: 'r50v1', output: 'E' } }],
    ['--network d169', { network: { name: 'd169', output: 'E', dropout: 0 }, batch: { globalBatchSize: 64 } }],
    ['--network d201', { network: { name: 'd201', output: 'E', dropout: 0 }, batch: { globalBatchSize: 64 } }],
    ['--network y1', { network: { name: 'y1', embeddingSize: 128, output: 'GDC' }, batch: { globalBatchSize: 128 } }],
    ['--network y2', { network: { name: 'y2', embeddingSize: 256, output: 'GDC' } }],
    ['--network m05', { network: { name: 'm05', embeddingSize: 256, output: 'GDC' } }],
    ['--network mnas025', { network: { name: 'mnas025', embeddingSize: 256, output: 'GDC' } }],
    ['--network vargfacenet', { network: { name: 'vargfacenet', embeddingSize: 512, output: 'J' } }],
    ['--loss softmax', { loss: { name: 'softmax', bias: true }, optimizer: { learningRate: 0.1 } }],
    ['--loss nsoftmax', { loss: { name: 'nsoftmax', scale: 64 } }],
    ['--loss cosface', { loss: { name: 'cosface', scale: 64, margin: 0.35 } }],
    ['--loss combined', { loss: { name: 'combined', scale: 64, m1: 1, m2: 0.3, m3: 0.2 } }],
    [
      '--loss triplet',
      {
        loss: { name: 'triplet', margin: 0.3, imagesPerIdentity: 5, bagSize: 7_200, maxAnchorPositiveDistance: 0 },
        batch: { globalBatchSize: 60 },
        optimizer: { learningRate: 0.05 },
      },
    ],
    [
      '--loss atriplet',
      { loss: { name: 'atriplet', margin: 0.35 }, batch: { globalBatchSize: 60 }, optimizer: { learningRate: 0.05 } },
    ],
    ['--loss triplet --lr 0.005', { optimizer: { learningRate: 0.005 }, batch: { globalBatchSize: 60 } }],
    ['--loss triplet --per-batch-size 30', { batch: { globalBatchSize: 30 } }],
  ])('%s', (line, expected) => {
    expect(configOf(line)).toMatchObject(expected);
  });

  it.each(NETWORK_NAMES)('take the network %s', (name) => {
    expect(configOf(`--network ${name}`).network.name).toBe(name);
  });
});

describe('options', () => {
  it.each([
    ['--lr 0.02 --wd 0.001 --mom 0.8', { optimizer: { learningRate: 0.02, weightDecay: 0.001, momentum: 0.8 } }],
    ['--lr-steps 10,20', { schedule: { name: 'steps', boundaries: [10, 20], factor: 0.1 } }],
    ['--verbose 500', { verification: { everySteps: 500 } }],
    ['--per-batch-size 16 --ranks 2', { batch: { globalBatchSize: 32, bnGroupSize: 16 }, ranks: { min: 2, max: 2 } }],
    ['--per-batch-size 0', { batch: { globalBatchSize: 128 } }],
    ['--sampling-rate 0.1', { classSampling: { name: 'random', rate: 0.1 } }],
    ['--sampling-rate 1', { classSampling: { name: 'none' } }],
    ['--data-color 1', { dataset: { augmentation: { colorJitter: 0.125, jpeg: 0 } } }],
    ['--data-color 2 --data-cutoff 40', { dataset: { augmentation: { colorJitter: 0.125, jpeg: 0.5, cutoff: 40 } } }],
    ['--data-images-filter 5', { dataset: { minImagesPerIdentity: 5, mirror: true } }],
    ['--dali-aug', { dataset: { augmentation: { resize: 0.1, blur: 0.2, hsv: 0.2, grey: 0.1, jpeg: 0, cutoff: 0 } } }],
    ['--seed 5 --engine wasm', { seed: 5, engine: 'wasm' }],
    ['--ckpt 0', { model: { save: 'last' } }],
    ['--ckpt 1', { model: { save: 'improvements' } }],
    ['--ckpt 2', { model: { save: 'all' } }],
    [
      '--set optimizer.clipNorm=5 --set loss.subCenters=3',
      { optimizer: { clipNorm: 5 }, loss: { name: 'arcface', subCenters: 3 } },
    ],
    ['--set schedule={"name":"polynomial"} --epochs 2', { schedule: { name: 'polynomial', power: 1 } }],
    ['--lr 0.3 --set optimizer.learningRate=0.2', { optimizer: { learningRate: 0.2 } }],
    ['--set labels.team=faces', { labels: { team: 'faces' } }],
  ])('%s', (line, expected) => {
    expect(configOf(line)).toMatchObject(expected);
  });

  it('count ranks by CUDA_VISIBLE_DEVICES, as train.py does; --ranks counts more', () => {
    expect(resolve('', { devices: '0,1' })).toMatchObject({
      ranks: 2,
      devices: ['0', '1'],
      config: { batch: { globalBatchSize: 256 } },
    });
    expect(resolve('', { devices: '' })).toMatchObject({ ranks: 1, devices: null });
    const shared = resolve('--ranks 3', { devices: '4,7' });
    expect(shared).toMatchObject({ ranks: 3, devices: ['4', '7', '4'] });
    expect(shared.notes).toEqual([expect.stringContaining('--ranks 3 counts')]);
    expect(deviceList(' 0, ,GPU-1 ')).toEqual(['0', 'GPU-1']);
  });

  it('name the model folder as train.py does', () => {
    const folder = (line: string) => resolve(line).modelFolder;
    expect(folder('--network y1 --loss softmax --models-root out')).toBe('/work/out/y1-softmax-emore');
    expect(folder('--network r100fc --extra-model-name b')).toBe('/work/models/r100fc-arcface-emore-b');
    expect(folder('--extra-model-name ../../x')).toBe('/work/models/r100-arcface-emore-.._.._x');
  });

  it('that mean nothing here are answered with what applies instead', () => {
    const { notes } = resolve('--kvstore device --worker-id 1 --fp16-scale 128 --threads 2 --resume');
    expect(notes.map((note) => note.split(' ')[0])).toEqual([
      '--kvstore',
      '--worker-id',
      '--fp16-scale',
      '--threads',
      '--resume',
    ]);
    expect(resolve('--fp16-scale 0 --local --threads 2').notes).toEqual([]);
  });

  it('that make no run are named with the fields they set', () => {
    expect(() => configOf('--set loss.margn=0.3')).toThrow(/loss\.margn \(--set loss\.margn\): is not a known field/);
    expect(() => configOf('--lr-steps 20,10')).toThrow(/schedule\.boundaries \(--lr-steps\): must rise strictly/);
    expect(() => configOf('--loss triplet --sampling-rate 0.1')).toThrow(/classSampling\.name \(--sampling-rate\)/);
  });
});

describe('a recipe', () => {
  it('is taken whole, and then what was given', () => {
    const whole = configOf('--recipe ms1mv3-r50');
    const { dataset: _d, labels, model, verification, ...rest } = whole;
    expect(describeRecipe(findRecipe('ms1mv3-r50')).config).toMatchObject(rest);
    expect({ labels, save: model.save, every: verification.everySteps }).toEqual({
      labels: { recipe: 'ms1mv3-r50' },
      save: 'best',
      every: 2_000,
    });
    expect(configOf('--recipe ms1mv3-r50 --lr 0.2 --max-steps 7')).toMatchObject({
      optimizer: { learningRate: 0.2, clipNorm: 5 },
      maxSteps: 7,
      epochs: 20,
    });
    expect(configOf('--recipe ms1mv3-r50 --loss cosface').loss).toMatchObject({
      name: 'cosface',
      margin: 0.35,
      gradient: 'exact',
    });
  });

  it('keeps its global batch and its groups at another number of ranks', () => {
    expect(configOf('--recipe ms1mv3-r50 --ranks 2').batch).toMatchObject({ globalBatchSize: 1_024, bnGroupSize: 128 });
    expect(configOf('--recipe ms1mv3-r50 --ranks 16').batch).toMatchObject({ globalBatchSize: 1_024, bnGroupSize: 64 });
    expect(configOf('--recipe ms1mv3-r50 --ranks 2 --per-batch-size 8').batch).toMatchObject({
      globalBatchSize: 16,
      bnGroupSize: 8,
    });
  });

  it('has its ranks on a fleet and one on this machine, unless told otherwise', () => {
    expect(resolve('--recipe ms1mv3-r50').ranks).toBe(8);
    expect(resolve('--recipe ms1mv3-r50 --local').ranks).toBe(1);
    expect(resolve('--recipe ms1mv3-r50 --local', { devices: '0,1' }).ranks).toBe(2);
  });

  it('that goes on from a model asks for it', () => {
    expect(() => resolve('--recipe y1-triplet-emore')).toThrow(/add --pretrained/);
    const pretrained: PretrainedModel = { path: '/work/models/y1-softmax-emore/model', epoch: 1, network: 'y1', isHere: true };
    expect(configOf('--recipe y1-triplet-emore', { pretrained })).toMatchObject({
      pretrained: { path: '/work/models/y1-softmax-emore/model', epoch: 1 },
      loss: { name: 'triplet' },
      optimizer: { learningRate: 0.005 },
    });
  });
});

it("the four commands of InsightFace's README are its recipes, but for where they end", () => {
  const pretrained: PretrainedModel = { path: '/work/models/y1-softmax-emore/model', epoch: 1, network: 'y1', isHere: true };
  const of = (line: string) => {
    const {
      schedule: _s,
      maxSteps: _m,
      labels: _l,
      checkpoint: _c,
      ...config
    } = configOf(line, { devices: '0,1,2,3', pretrained });
    return config;
  };
  expect(of('--network r100 --loss arcface --dataset emore')).toEqual(of('--recipe r100-arcface-emore'));
  expect(of('--network r50 --loss cosface --dataset emore')).toEqual(of('--recipe r50-cosface-emore'));
  expect(of('--network y1 --loss softmax --dataset emore')).toEqual(of('--recipe y1-softmax-emore'));
  expect(of('--network y1 --loss triplet --lr 0.005')).toEqual(of('--recipe y1-triplet-emore'));
});

it('describeTraining shows what will happen, a line each', () => {
  const lines = describeTraining(
    resolve('--network y1 --loss softmax --per-batch-size 16 --max-steps 20 --ckpt 1', { devices: '0,1' }),
  );
  const table = Object.fromEntries(lines.map((line) => [line.slice(0, 13).trim(), line.slice(13).trim()]));
  expect(table).toMatchObject({
    network: 'y1, embedding 128, output GDC',
    loss: 'softmax (bias true)',
    data: '/work/datasets/faces_emore, 85742 identities',
    batch: '16 per rank x 2 = 32',
    rate: '0.1, x 0.1 at steps 100000, 160000, 220000',
    length: '20 steps',
    verification: 'lfw, cfp_fp, agedb_30; every 2000 steps and at the end',
  });
  expect(table['ranks']).toContain('2 on devices 0, 1');
  expect(table['models']).toContain('/work/models/y1-softmax-emore/model-0001, -0002 ...');
});
