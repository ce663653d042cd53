import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { CheckpointManifest, EngineName, RunConfigInput } from '#contracts';
import type { TrainingSet } from '#datasets';
import { engineFolder, engineStatuses, startEngine, tf, type Engine } from '#engine';
import { SafetensorsReader } from '#formats';
import { recordsOf, runRanks, type RankOutcome, type RunRanks } from './run-ranks.js';
import { tinyFaces, writeTinyPairs } from './tiny-faces.js';

export const SIZE = 16;
/** Not divisible by 2 or 3, so shards differ in size. */
export const NUM_CLASSES = 7;

const folder = engineFolder(process.env);
/** The last resort takes minutes for a training. */
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');
const faces = tinyFaces({ numClasses: NUM_CLASSES, imagesPerClass: 12, size: SIZE });

export type Stored = Map<string, Float32Array>;

/** Trainings of a tiny network on drawn faces, all ranks in this process. */
export interface TrainingScene {
  readonly engineName: EngineName;
  readonly engine: () => Engine;
  readonly faces: TrainingSet;
  /** Folder with a verification set of 20 pairs called `pairs`. */
  readonly data: () => string;
  config(overrides?: Partial<RunConfigInput>): RunConfigInput;
  newStorage(): Promise<string>;
  train(worldSize: number, config: RunConfigInput, more?: Partial<RunRanks>): Promise<RankOutcome[]>;
  /** Throws what a rank has thrown. */
  trainOk(worldSize: number, config: RunConfigInput, more?: Partial<RunRanks>): Promise<RankOutcome[]>;
}

/** Runs `define` once per engine that is available here, and fails any test that leaves a tensor behind. */
export function onEachEngine(define: (scene: TrainingScene) => void): void {
  describe.each(engines)('on $name', ({ name }) => {
    let engine: Engine;
    let root: string;
    let data: string;
    let tensorsBefore: number;
    beforeAll(async () => {
      engine = await startEngine(name, { threads: 1, folder });
      root = await mkdtemp(join(tmpdir(), 'arcfleet-trainer-'));
      data = join(root, 'data');
      await mkdir(data);
      await writeTinyPairs(data, 'pairs', 20, SIZE);
    });
    beforeEach(() => {
      tensorsBefore = tf.memory().numTensors;
    });
    afterEach(() => {
      expect(tf.memory().numTensors, 'tensors left behind').toBe(tensorsBefore);
    });
    afterAll(async () => {
      await rm(root, { recursive: true, force: true });
    });

    const scene: TrainingScene = {
      engineName: name,
      engine: () => engine,
      faces,
      data: () => data,
      config: (overrides = {}) => ({
        dataset: { path: data },
        network: { name: 'tiny', embeddingSize: 16 },
        loss: { scale: 16, margin: 0.2 },
        optimizer: { learningRate: 0.001 },
        // Whole groups at 1, 2 and 3 ranks.
        batch: { globalBatchSize: 24, bnGroupSize: 4 },
        maxSteps: 6,
        seed: 7,
        verification: { everySteps: 0, targets: [] },
        checkpoint: { everySteps: 0 },
        ...overrides,
      }),
      newStorage: () => mkdtemp(join(root, 'storage-')),
      train: async (worldSize, config, more = {}) => {
        const storageRoot = more.storageRoot ?? (await scene.newStorage());
        const ranks = config.ranks ?? { max: worldSize };
        return runRanks({ engine, worldSize, trainingSet: faces, ...more, config: { ...config, ranks }, storageRoot });
      },
      trainOk: async (worldSize, config, more) => {
        const outcomes = await scene.train(worldSize, config, more);
        for (const { error } of outcomes) if (error) throw error;
        return outcomes;
      },
    };
    define(scene);
  });
}

export const resultsOf = (outcomes: readonly RankOutcome[]) => outcomes.map(({ error, result }) => error ?? result);

export const checkpointsOf = (outcomes: readonly RankOutcome[]): CheckpointManifest[] =>
  recordsOf(outcomes[0], 'checkpoint.written').map(({ manifest }) => manifest);

/** The model that the run ended with. */
export async function modelOf(storageRoot: string, outcomes: readonly RankOutcome[]): Promise<Stored> {
  const record = recordsOf(outcomes[0], 'model.written').find(({ isLast }) => isLast);
  return readAll(join(storageRoot, record!.folder, 'model.safetensors'));
}

export async function readAll(path: string): Promise<Stored> {
  const reader = await SafetensorsReader.open(path);
  const tensors: Stored = new Map();
  for (const name of reader.names) tensors.set(name, await reader.read(name));
  await reader.close();
  return tensors;
}

/** Names of the folders in a folder of the run. */
export async function foldersOf(storageRoot: string, name: 'checkpoints' | 'model'): Promise<string[]> {
  return (await readdir(join(storageRoot, 'runs/run-1', name))).sort();
}

/** Largest |a - b| over all tensors, relative to the largest |b| of the same tensor. */
export function relativeDifference(a: Stored, b: Stored): number {
  let worst = a.size === b.size ? 0 : Infinity;
  for (const [name, values] of b) {
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    const other = a.get(name)!;
    values.forEach((value, index) => {
      const difference = Math.abs(value - other[index]!) / scale;
      worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
    });
  }
  return worst;
}

/** Largest |a / b - 1|; infinite when there are not as many. */
export function lossDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  return Math.max(...a.map((loss, index) => Math.abs(loss / b[index]! - 1)));
}
