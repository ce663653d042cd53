import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { DatasetPlace } from './find-dataset.js';
import { resolveTraining, type ResolvedTraining } from './resolve-training.js';
import { resumeTraining } from './resume-training.js';
import { addTrainOptions, type TrainFlags } from './train-options.js';

const FACES: DatasetPlace = { name: 'faces', path: '/work/datasets/faces', isHere: true, numClasses: 7, targets: ['lfw'] };

function parse(line: string): TrainFlags {
  const command = addTrainOptions(new Command('train')).exitOverride();
  return command.parse(line.split(' '), { from: 'user' }).opts<TrainFlags>();
}

const surroundings = (devices?: string) => ({ workingFolder: '/work', devices, dataset: FACES, pretrained: null });
const start = (line: string): ResolvedTraining => resolveTraining(parse(line), surroundings());
function resume(stored: ResolvedTraining, line: string, devices?: string): ResolvedTraining {
  const flags = parse(`${line} --local --resume`);
  return resumeTraining(resolveTraining(flags, surroundings(devices)), stored, flags, surroundings(devices));
}

const LINE =
  '--local --dataset faces --network y1 --loss cosface --lr 0.02 --ckpt 1 --per-batch-size 8 --ranks 2 --max-steps 9 ' +
  '--set loss.margin=0.2 --set network.embeddingSize=64 --set optimizer.clipNorm=5';

describe('a run that is taken up', () => {
  it('is the one that stopped, by the same command or by one that leaves options out', () => {
    const stored = start(LINE);
    for (const line of [LINE, '--dataset faces --network y1 --loss cosface', '--dataset faces --per-batch-size 8']) {
      expect(resume(stored, line)).toMatchObject({ config: stored.config, ckpt: 1, ranks: 2 });
    }
  });

  it('may get another length, other verification, other checkpoints, another transport', () => {
    const stored = start(LINE);
    const { config } = resume(
      stored,
      '--max-steps 20 --verbose 5 --engine wasm --set checkpoint.everySteps=3 --set communication.transport=redis-streams --set labels.team=faces',
    );
    expect(config).toEqual({
      ...stored.config,
      maxSteps: 20,
      verification: { ...stored.config.verification, everySteps: 5 },
      engine: 'wasm',
      checkpoint: { ...stored.config.checkpoint, everySteps: 3 },
      communication: { ...stored.config.communication, transport: 'redis-streams' },
      labels: { team: 'faces' },
    });
  });

  it('keeps its data where an option that was left out would look elsewhere', () => {
    const stored = start(LINE);
    const path = '/data/faces';
    const moved = { ...stored, config: { ...stored.config, dataset: { ...stored.config.dataset, path } } };
    expect(resume(moved, '--seed 1')).toMatchObject({ dataset: { path, isHere: true }, config: { dataset: { path } } });
    expect(() => resume(moved, '--data-root elsewhere')).toThrow(
      'dataset.path (--dataset) was "/data/faces" and would be "/work/datasets/faces"',
    );
  });

  it.each([
    ['--lr 0.5', 'optimizer.learningRate (--lr) was 0.02 and would be 0.5'],
    ['--loss arcface', 'loss.name was "cosface" and would be "arcface"'],
    ['--set loss.margin=0.3', 'loss.margin (--set loss.margin) was 0.2 and would be 0.3'],
    ['--seed 4', 'seed (--seed) was 1 and would be 4'],
    ['--ckpt 3', 'model.save (--ckpt) was "improvements" and would be "best"'],
    ['--per-batch-size 32', 'batch.globalBatchSize (--per-batch-size x ranks) was 16 and would be 64'],
    ['--lr-steps 3,4', 'schedule.boundaries (--lr-steps) was [100000,160000,220000] and would be [3,4]'],
    ['--set optimizer.clipNorm=null', 'optimizer.clipNorm (--set optimizer.clipNorm) was 5 and would be null'],
    ['--recipe demo', 'the recipe (--recipe) was none and would be demo'],
  ])('does not become another one by %s', (line, message) => {
    expect(() => resume(start(LINE), line)).toThrow(message);
  });
});

describe('at another number of ranks', () => {
  it.each([1, 2])('%i of 2: batch and groups stay, whatever --per-batch-size was meant for', (ranks) => {
    const stored = start(LINE);
    for (const batch of ['', ' --per-batch-size 8', ` --per-batch-size ${16 / ranks}`]) {
      expect(resume(stored, `--ranks ${ranks}${batch}`)).toMatchObject({
        ranks,
        config: { ...stored.config, ranks: { min: ranks, max: ranks } },
      });
    }
  });

  it('by devices or by --set as well', () => {
    expect(resume(start(LINE), '--dataset faces', '3')).toMatchObject({ ranks: 1, devices: ['3'] });
    expect(resume(start(LINE), '--set ranks.max=1')).toMatchObject({ ranks: 1, config: { ranks: { min: 1, max: 1 } } });
  });

  it('one rank more than one: tensors go by TCP, as in a run that starts so', () => {
    const stored = start(`${LINE} --ranks 1 --set batch.bnGroupSize=4`);
    expect(stored.config.communication.transport).toBe('redis-streams');
    expect(resume(stored, '--ranks 2').config.communication.transport).toBe('tcp');
  });

  it('names the numbers that are possible', () => {
    expect(() => resume(start(`${LINE} --ranks 6`), '--ranks 4')).toThrow(
      '--resume keeps the batch of 48 in its groups of 8; 4 ranks cannot hold whole groups each. Possible with --ranks 1, 2, 3, 6',
    );
  });
});
