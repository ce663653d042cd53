import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerificationScores } from '#contracts';
import { BestModel, ModelPlacer } from './place-models.js';

const TARGETS = ['lfw', 'agedb_30'];
const scored = (accuracy: number) => ({ accuracy }) as VerificationScores;

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-place-'));
  folder = join(root, 'models');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Runs through steps with scores of (lfw, agedb_30), each with a stored model, and gives what is placed: file -> step. */
async function place(ckpt: 0 | 1 | 2 | 3, steps: [number, number, number][], says: boolean | null = null) {
  const best = new BestModel(TARGETS);
  const placer = new ModelPlacer(folder, ckpt, best);
  for (const [step, lfw, agedb] of steps) {
    const stored = join(root, `stored-${step}`);
    await mkdir(stored, { recursive: true });
    await writeFile(join(stored, 'model.safetensors'), `weights of ${step}`);
    await writeFile(join(stored, 'model.json'), JSON.stringify({ network: 'y1', weights: 'model.safetensors', step }));
    best.onVerification({ step, subject: 'model', target: 'lfw', scores: scored(lfw) });
    best.onVerification({ step, subject: 'model', target: 'agedb_30', scores: scored(agedb) });
    await placer.onModel(step, stored, says);
  }
  const names = await readdir(folder).catch(() => []);
  const placed: Record<string, string> = {};
  for (const name of names.sort()) placed[name] = await readFile(join(folder, name), 'utf8');
  return { placed, prefix: placer.placed };
}

const RISING_FALLING: [number, number, number][] = [
  [10, 0.5, 0.6],
  [20, 0.5, 0.7],
  [30, 0.9, 0.65],
];
const weights = (placed: Record<string, string>) =>
  Object.fromEntries(Object.entries(placed).filter(([name]) => name.endsWith('.safetensors')));

describe('--ckpt', () => {
  it('3 keeps the best one in slot 0001, described by a file that names its weights', async () => {
    const { placed, prefix } = await place(3, RISING_FALLING);
    expect(weights(placed)).toEqual({ 'model-0001.safetensors': 'weights of 20' });
    expect(JSON.parse(placed['model-0001.json'] ?? '')).toEqual({ network: 'y1', weights: 'model-0001.safetensors', step: 20 });
    expect(prefix).toBe(join(folder, 'model-0001'));
    expect(Object.keys(placed)).toHaveLength(2);
  });

  it('1 numbers each that is better than all before it', async () => {
    const { placed } = await place(1, RISING_FALLING);
    expect(weights(placed)).toEqual({ 'model-0001.safetensors': 'weights of 10', 'model-0002.safetensors': 'weights of 20' });
  });

  it('2 numbers each', async () => {
    expect(Object.values(weights((await place(2, RISING_FALLING)).placed))).toEqual([
      'weights of 10',
      'weights of 20',
      'weights of 30',
    ]);
  });

  it('0 places none', async () => {
    expect(await place(0, RISING_FALLING)).toEqual({ placed: {}, prefix: null });
  });

  it('takes the word of a run that knows which one is best', async () => {
    expect(await place(3, RISING_FALLING, false)).toEqual({ placed: {}, prefix: null });
    expect(weights((await place(3, RISING_FALLING, true)).placed)).toEqual({ 'model-0001.safetensors': 'weights of 30' });
  });

  it('places a model once that is told twice', async () => {
    const twice: [number, number, number][] = [
      [10, 0.5, 0.6],
      [10, 0.5, 0.6],
    ];
    expect(Object.keys(weights((await place(2, twice)).placed))).toEqual(['model-0001.safetensors']);
  });
});

describe('the best model', () => {
  const takes = (steps: [number, number][], targets: string[] | undefined = TARGETS): boolean[] => {
    const best = new BestModel(targets);
    return steps.map(([lfw, agedb], step) => {
      best.onVerification({ step, subject: 'model', target: 'lfw', scores: scored(lfw) });
      best.onVerification({ step, subject: 'pixels', target: 'agedb_30', scores: scored(1) });
      best.onVerification({ step, subject: 'model', target: 'agedb_30', scores: scored(agedb) });
      return best.take(step);
    });
  };

  it('is that with the best score of the last set', () => {
    expect(
      takes([
        [0.9, 0.5],
        [0.1, 0.6],
        [1, 0.5],
      ]),
    ).toEqual([true, true, false]);
    expect(
      takes(
        [
          [0.9, 0.5],
          [0.1, 0.6],
        ],
        ['agedb_30', 'lfw'],
      ),
    ).toEqual([true, false]);
    expect(
      takes(
        [
          [0.9, 0.5],
          [0.1, 0.6],
        ],
        undefined,
      ),
    ).toEqual([true, true]);
  });

  it('is, on a draw, the later one unless its sum is lower', () => {
    expect(
      takes([
        [0.5, 0.6],
        [0.4, 0.6],
        [0.5, 0.6],
        [0.7, 0.6],
      ]),
    ).toEqual([true, false, true, true]);
  });

  it('is any where nothing is verified', () => {
    expect([new BestModel(TARGETS).take(1), new BestModel(undefined).take(5)]).toEqual([true, true]);
  });
});
