import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunConfigInput } from '#contracts';
import { engineFolder, startEngine, type Engine, type EngineStatus } from '#engine';
import { lossesOf, runRanks } from '../../libs/trainer/src/testing/run-ranks.js';
import { tinyFaces } from '../../libs/trainer/src/testing/tiny-faces.js';

const CURVES = resolve(dirname(fileURLToPath(import.meta.url)), '../../../test/golden/curves');

/**
 * A run whose losses are kept: two ranks, 112 x 112 pixels, drawn identities, one seed. Rates are low: engines add in different order, and
 * fast training would multiply what rounding does until nothing could be held to anything.
 */
export interface GoldenRun {
  readonly name: string;
  readonly config: Omit<RunConfigInput, 'dataset' | 'ranks' | 'seed' | 'verification' | 'checkpoint'>;
  /** Largest relative difference of a step's loss from the kept one, on any engine. Float32 sums differ in order; training multiplies that. */
  readonly tolerance: number;
  /** Two ranks of it do not fit into the heap of `wasm` at once. */
  readonly isHuge?: boolean;
}

const NUM_CLASSES = 31;
const IMAGES_PER_CLASS = 4;

/** The loss of every step. */
export async function goldenLosses(engine: Engine, { config }: GoldenRun): Promise<number[]> {
  const storageRoot = await mkdtemp(join(tmpdir(), 'arcfleet-golden-'));
  try {
    const outcomes = await runRanks({
      engine,
      worldSize: 2,
      trainingSet: tinyFaces({ numClasses: NUM_CLASSES, imagesPerClass: IMAGES_PER_CLASS, size: 112 }),
      config: {
        ...config,
        dataset: { path: '/nowhere' },
        ranks: { max: 2 },
        seed: 2048,
        verification: { everySteps: 0, targets: [] },
        checkpoint: { everySteps: 0 },
      },
      storageRoot,
    });
    for (const { error } of outcomes) if (error) throw error;
    return lossesOf(outcomes);
  } finally {
    await rm(storageRoot, { recursive: true, force: true });
  }
}

/**
 * The kept curve of a run, step by step in full precision. With ARCFLEET_GOLDEN_WRITE=1 the given losses become the kept ones: a
 * commit of its own, with the reason.
 */
export async function keptLosses(name: string, losses: readonly number[]): Promise<number[]> {
  const path = join(CURVES, `${name}.json`);
  if (process.env['ARCFLEET_GOLDEN_WRITE'] === '1') await writeFile(path, `${JSON.stringify(losses, null, 2)}\n`);
  return JSON.parse(await readFile(path, 'utf8')) as number[];
}

/** Largest relative difference of two curves of the same length. */
export function distance(losses: readonly number[], kept: readonly number[]): number {
  if (losses.length !== kept.length) return Infinity;
  return Math.max(...losses.map((loss, step) => Math.abs(loss - kept[step]!) / Math.max(Math.abs(kept[step]!), 1e-3)));
}

/** Specs of runs on every engine that can do them in time: all but plain JavaScript. */
export function describeGoldenRuns(runs: readonly GoldenRun[], statuses: readonly EngineStatus[]): void {
  const folder = engineFolder(process.env);
  for (const { name } of statuses.filter(({ name, available }) => available && name !== 'cpu')) {
    describe(`loss curves on ${name}`, () => {
      let engine: Engine;
      beforeAll(async () => {
        engine = await startEngine(name, { threads: 1, folder });
      });

      it.each(runs.filter(({ isHuge }) => !isHuge || name !== 'wasm'))(
        '$name stays within $tolerance of the kept one',
        async (run) => {
          const losses = await goldenLosses(engine, run);
          const kept = await keptLosses(run.name, losses);
          expect(new Set(losses).size).toBe(run.config.maxSteps);
          expect(distance(losses, kept)).toBeLessThan(run.tolerance);
        },
      );
    });
  }
}
