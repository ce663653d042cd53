import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelPlacer } from './place-models.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-place-'));
  folder = join(root, 'models');
});
afterEach(() => rm(root, { recursive: true, force: true }));

type Told = readonly [step: number, isBest: boolean, isLast: boolean];

/** Tells a placer of stored models, one after the other. */
async function tell(placer: ModelPlacer, models: readonly Told[], runId = 'mine'): Promise<void> {
  for (const [step, isBest, isLast] of models) {
    const stored = join(root, `stored-${step}`);
    await mkdir(stored, { recursive: true });
    await writeFile(join(stored, 'model.safetensors'), `weights of ${step}`);
    await writeFile(join(stored, 'model.json'), JSON.stringify({ network: 'y1', weights: 'model.safetensors', runId, step }));
    await placer.onModel({ folder: stored, step, isBest, isLast });
  }
}

/** Content of every file that is placed. */
async function placedFiles(): Promise<Record<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.sort().map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

async function place(ckpt: 0 | 1 | 2 | 3, models: readonly Told[]): Promise<string[]> {
  await tell(new ModelPlacer(folder, ckpt), models);
  return Object.entries(await placedFiles()).flatMap(([name, text]) => (name.endsWith('.json') ? [] : [`${name}: ${text}`]));
}

const MODELS: readonly Told[] = [
  [10, true, false],
  [20, true, false],
  [30, false, true],
];

describe('--ckpt', () => {
  it('3 keeps the best one in slot 0001, described by a file that names its weights', async () => {
    const placer = new ModelPlacer(folder, 3);
    await tell(placer, MODELS);
    const { 'model-0001.json': description = '', ...rest } = await placedFiles();
    expect(rest).toEqual({ 'model-0001.safetensors': 'weights of 20' });
    expect(JSON.parse(description)).toEqual({ network: 'y1', weights: 'model-0001.safetensors', runId: 'mine', step: 20 });
    expect(placer.placed).toBe(join(folder, 'model-0001'));
  });

  it('1 numbers each that is better than all before it', async () => {
    expect(await place(1, MODELS)).toEqual(['model-0001.safetensors: weights of 10', 'model-0002.safetensors: weights of 20']);
  });

  it('2 numbers each', async () => {
    expect(await place(2, MODELS)).toEqual([1, 2, 3].map((number) => `model-000${number}.safetensors: weights of ${number}0`));
  });

  it('0 places none', async () => {
    expect(await place(0, MODELS)).toEqual([]);
  });

  it.each([1, 3] as const)('%i places the last one where nothing was verified', async (ckpt) => {
    expect(await place(ckpt, [[30, false, true]])).toEqual(['model-0001.safetensors: weights of 30']);
  });

  it('places a model once that is told twice', async () => {
    const twice: Told[] = [
      [10, true, false],
      [10, true, true],
    ];
    expect(await place(2, twice)).toEqual(['model-0001.safetensors: weights of 10']);
  });
});

describe('a run that is taken up', () => {
  it('numbers on', async () => {
    await tell(new ModelPlacer(folder, 1), MODELS);
    const second = new ModelPlacer(folder, 1);
    await second.takeUp({ runId: 'mine', step: 30 });
    expect(second.placed).toBe(join(folder, 'model-0002'));
    await tell(second, [[40, true, true]]);
    expect(Object.keys(await placedFiles()).filter((name) => name.endsWith('.safetensors'))).toHaveLength(3);
  });

  it('keeps the best one of its first part', async () => {
    await tell(new ModelPlacer(folder, 3), MODELS);
    const second = new ModelPlacer(folder, 3);
    await second.takeUp({ runId: 'mine', step: 30 });
    await tell(second, [[40, false, true]]);
    expect((await placedFiles())['model-0001.safetensors']).toBe('weights of 20');
  });

  it.each([1, 2, 3] as const)('does not take the models of an older run for its own (--ckpt %i)', async (ckpt) => {
    await tell(new ModelPlacer(folder, ckpt), MODELS, 'older');
    const second = new ModelPlacer(folder, ckpt);
    await second.takeUp({ runId: 'mine', step: 30 });
    expect(second.placed).toBeNull();
    await tell(second, [[40, false, true]]);
    expect(second.placed).toBe(join(folder, 'model-0001'));
    expect((await placedFiles())['model-0001.safetensors']).toBe('weights of 40');
  });

  it('places those again that are trained again', async () => {
    await tell(new ModelPlacer(folder, 2), MODELS);
    const second = new ModelPlacer(folder, 2);
    await second.takeUp({ runId: 'mine', step: 15 });
    await tell(second, MODELS.slice(1));
    const files = Object.entries(await placedFiles()).filter(([name]) => name.endsWith('.safetensors'));
    expect(files.map(([, text]) => text)).toEqual(['weights of 10', 'weights of 20', 'weights of 30']);
  });
});
