import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFormat } from '#contracts';
import { hashFile } from '#formats';
import { openEmbedder, writeMxnetModel, writeOnnx, writeTorchSafetensors } from '#model-files';
import { aBackbone, TaskScene, writeBackbone } from '../testing/task-scene.js';

let scene: TaskScene;
const MODEL = 'mdl_00000000000000000000';
const FOLDER = `models/${MODEL}`;

beforeAll(async () => {
  scene = await TaskScene.open();
  const { network, values } = aBackbone('tiny');
  await mkdir(scene.outside(), { recursive: true });
  await writeBackbone(scene.outside('own', 'model'));
  await writeOnnx(scene.outside('graph.onnx'), network, values);
  await writeMxnetModel(scene.outside('theirs'), network, values, 7);
  const mbf = aBackbone('mbf');
  await writeTorchSafetensors(scene.outside('mbf.safetensors'), mbf.network, mbf.values);
});
afterAll(async () => {
  await scene?.close();
});

const importOf = (path: string, epoch?: number) => ({
  task: 'model.import' as const,
  modelId: MODEL,
  path,
  folder: FOLDER,
  ...(epoch === undefined ? {} : { epoch }),
});
const there = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function embed(folder: string): Promise<number[]> {
  const embedder = await openEmbedder(folder, { engine: scene.engine });
  const rows = new Float32Array(embedder.embeddingSize);
  const pixels = Float32Array.from({ length: embedder.height * embedder.width * 3 }, (_, at) => (at * 37) % 256);
  await embedder.embed(pixels, rows);
  await embedder.dispose();
  const norm = Math.hypot(...rows);
  return [...rows].map((value) => value / norm);
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

describe('model.import', () => {
  it.each([
    ['our own folder', () => importOf(scene.outside('own')), 'arcfleet', 'tiny', ['model.json', 'model.safetensors']],
    ['an ONNX graph', () => importOf(scene.outside('graph.onnx')), 'onnx', 'tiny', ['model.onnx']],
    [
      "MXNet's prefix and epoch",
      () => importOf(scene.outside('theirs'), 7),
      'mxnet',
      'tiny',
      ['model-0001.params', 'model-symbol.json'],
    ],
    ['a state dict', () => importOf(scene.outside('mbf.safetensors')), 'torch', 'mbf', ['model.safetensors']],
  ])('copies %s, and the copy is opened by its folder', async (_what, work, format, network, names) => {
    const { outcome, result } = await scene.run(work());
    expect(outcome).toBe('succeeded');
    expect(result).toMatchObject({ format, network, embeddingSize: 16, folder: `${FOLDER}/tsk_1-g1` });
    expect(result?.files.map(({ path }) => path)).toEqual(names);
    const folder = join(scene.storageRoot, result!.folder);
    for (const file of result!.files) expect(await hashFile(folder, file.path)).toEqual(file);
    expect((await readdir(folder)).sort()).toEqual([...names].sort());
    const original = work();
    const theirs = await embed(original.epoch === undefined ? original.path : `${original.path},${original.epoch}`);
    expect(distance(await embed(folder), theirs)).toBe(0);
  });

  it.each([
    ['what is not there', () => Promise.resolve(scene.outside('nothing')), 'model_not_found'],
    [
      'a folder without a model',
      async () => (await mkdir(scene.outside('empty'), { recursive: true }), scene.outside('empty')),
      'model_not_found',
    ],
    ['a graph that is none', () => written('noise.onnx', Buffer.alloc(5000, 7)), 'checkpoint_corrupt'],
    ['a pickle that calls', () => written('evil.pth', Buffer.from('cos\nsystem\n(S"touch /tmp/x"\ntR.')), 'checkpoint_corrupt'],
    ['a model cut short', cutShort, 'checkpoint_corrupt'],
    ['weights that are not finite', notFinite, 'model_refused'],
  ])('refuses %s and leaves nothing', async (_what, path, code) => {
    const before = await readdir(join(scene.storageRoot, FOLDER)).catch(() => []);
    await expect(scene.run(importOf(await path()), { runId: 'tsk_2' })).rejects.toMatchObject({ code });
    expect(await readdir(join(scene.storageRoot, FOLDER)).catch(() => [])).toEqual(before);
  });

  it('imports from the folders that it may, and no link leads out of them', async () => {
    const allowed = scene.outside('allowed');
    await mkdir(allowed, { recursive: true });
    await symlink(scene.outside('graph.onnx'), join(allowed, 'link.onnx'));
    await writeFile(join(allowed, 'real.onnx'), await readFile(scene.outside('graph.onnx')));
    const importRoots = [allowed];
    for (const path of [scene.outside('graph.onnx'), join(allowed, 'link.onnx'), join(allowed, '../graph.onnx')]) {
      await expect(scene.run(importOf(path), { importRoots })).rejects.toMatchObject({ code: 'model_refused' });
    }
    expect((await scene.run(importOf(join(allowed, 'real.onnx')), { importRoots })).outcome).toBe('succeeded');
  });

  it('waits for no pipe, and reads nothing of /proc or of a device', async () => {
    const folder = scene.outside('hostile');
    await writeBackbone(join(folder, 'piped', 'model'));
    await rm(join(folder, 'piped', 'model.safetensors'));
    execFileSync('mkfifo', [join(folder, 'piped', 'model.safetensors')]);
    await symlink('/dev/zero', join(folder, 'zero.onnx'));
    await symlink('/proc/self/environ', join(folder, 'environ.onnx'));
    await symlink('loop.onnx', join(folder, 'loop.onnx'));
    for (const [path, code] of [
      ['piped', 'model_refused'],
      ['zero.onnx', 'model_not_found'],
      ['environ.onnx', 'checkpoint_corrupt'],
      ['loop.onnx', 'model_not_found'],
    ] as const) {
      await expect(scene.run(importOf(join(folder, path)), { runId: 'tsk_6' }), path).rejects.toMatchObject({ code });
    }
    expect(await there(join(scene.storageRoot, FOLDER, 'tsk_6-g1'))).toBe(false);
  });

  it('refuses a file of more than 16 GiB before a byte of it is copied', async () => {
    const path = await written('huge.onnx', Buffer.alloc(1));
    await truncate(path, 2 ** 34 + 1);
    await expect(scene.run(importOf(path), { runId: 'tsk_7' })).rejects.toMatchObject({ code: 'model_refused' });
    await rm(path);
  });

  it('that was killed in the middle starts anew, and one that comes late takes nothing from its successor', async () => {
    const folder = join(scene.storageRoot, FOLDER);
    const half = join(folder, 'tsk_3-g1');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'model.onnx.tmp-1'), 'half of it');
    const second = await scene.run(importOf(scene.outside('graph.onnx')), { runId: 'tsk_3', generation: 2 });
    expect(second.result?.folder).toBe(`${FOLDER}/tsk_3-g2`);
    expect(await there(half)).toBe(false);
    await scene.run(importOf(scene.outside('graph.onnx')), { runId: 'tsk_3', generation: 1 });
    expect(await there(join(folder, 'tsk_3-g2', 'model.onnx'))).toBe(true);
  });

  it('stops where it is told to, and leaves nothing', async () => {
    let isOpening = false;
    let heard: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (heard = resolve));
    const { outcome, result } = await scene.run(importOf(scene.outside('own')), {
      runId: 'tsk_4',
      // Held until the wish has been asked for: the copy is there by then, and is not opened to its end.
      beforeEngine: () => {
        isOpening = true;
        return asked;
      },
      stopMode: () => {
        if (!isOpening) return 'none';
        heard();
        return 'cancel';
      },
    });
    expect([outcome, result]).toEqual(['canceled', undefined]);
    expect(await there(join(scene.storageRoot, FOLDER, 'tsk_4-g1'))).toBe(false);
  });
});

describe('model.export', () => {
  const STORED = 'runs/run_1/model/g1-s1';
  const exportOf = (format: ExportFormat, folder = STORED) => ({
    task: 'model.export' as const,
    modelId: MODEL,
    folder,
    format,
    to: `exports/${MODEL}/${format}`,
  });
  beforeAll(async () => {
    await writeBackbone(join(scene.storageRoot, STORED, 'model'));
    await writeBackbone(join(scene.storageRoot, 'runs/run_1/model/g1-s2', 'model'), 'mbf');
  });

  it.each([
    ['onnx', STORED, ['model.onnx']],
    ['mxnet', STORED, ['model-0001.params', 'model-symbol.json']],
    ['safetensors', 'runs/run_1/model/g1-s2', ['model.safetensors']],
  ] as const)('writes %s that embeds as the stored model does', async (format, stored, names) => {
    const { result } = await scene.run(exportOf(format, stored));
    expect(result?.folder).toBe(`exports/${MODEL}/${format}/tsk_1-g1`);
    expect(result?.files.map(({ path }) => path)).toEqual(names);
    const folder = join(scene.storageRoot, result!.folder);
    for (const file of result!.files) expect(await hashFile(folder, file.path)).toEqual(file);
    expect(distance(await embed(folder), await embed(join(scene.storageRoot, stored)))).toBeLessThan(1e-5);
  });

  it('says what a format cannot hold, and leaves nothing', async () => {
    await expect(scene.run(exportOf('safetensors'), { runId: 'tsk_5' })).rejects.toMatchObject({ code: 'model_mismatch' });
    expect(await there(join(scene.storageRoot, `exports/${MODEL}/safetensors/tsk_5-g1`))).toBe(false);
  });

  it.each(['../outside/own', '/etc', '.', 'runs/../../outside/own'])('reads nothing at %s', async (folder) => {
    await expect(scene.run(exportOf('onnx', folder))).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('model.remove', () => {
  const removalOf = (...folders: string[]) => ({ task: 'model.remove' as const, models: [{ id: MODEL, folders }] });

  it('removes what is there, is content with what is not, and takes nothing else', async () => {
    const folder = join(scene.storageRoot, `runs/run_2/model/g1-s1`);
    await writeBackbone(join(folder, 'model'));
    await writeBackbone(join(scene.storageRoot, 'runs/run_2/model/g1-s2/model'));
    const work = removalOf('runs/run_2/model/g1-s1', `exports/${MODEL}`);
    for (const _ of [1, 2]) {
      expect((await scene.run(work)).result).toEqual({ task: 'model.remove', removed: [MODEL] });
      expect([await there(folder), await there(join(scene.storageRoot, `exports/${MODEL}`))]).toEqual([false, false]);
    }
    expect(await there(join(scene.storageRoot, 'runs/run_2/model/g1-s2/model.json'))).toBe(true);
  });

  it('goes on behind a model whose files cannot be removed, and fails when there is no other', async () => {
    const other = 'mdl_00000000000000000001';
    const free = { id: other, folders: ['runs/run_3/model/g1-s2'] };
    const storageRoot = join(scene.storageRoot, 'runs/run_3/model');
    await writeBackbone(join(storageRoot, 'g1-s2', 'model'));
    const removal = { task: 'model.remove' as const, models: [{ id: MODEL, folders: ['runs/run_3'] }, free] };
    expect((await scene.run(removal)).result).toEqual({ task: 'model.remove', removed: [other] });
    expect(await there(join(storageRoot, 'g1-s2'))).toBe(false);
  });

  it.each([
    'runs/run_2',
    'runs/run_2/model',
    'models',
    'exports/..',
    'models/../runs',
    '/',
    '',
    'spool',
    'runs/run_2/model/g1-s2/..',
  ])('refuses %j', async (folder) => {
    await expect(scene.run(removalOf(folder))).rejects.toMatchObject({ code: 'internal' });
    expect(await there(join(scene.storageRoot, 'runs/run_2/model/g1-s2/model.json'))).toBe(true);
  });
});

async function written(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(scene.outside(name), bytes);
  return scene.outside(name);
}

async function cutShort(): Promise<string> {
  await writeBackbone(scene.outside('short', 'model'));
  await truncate(scene.outside('short', 'model.safetensors'), 1000);
  return scene.outside('short');
}

async function notFinite(): Promise<string> {
  const { network, values } = aBackbone('tiny');
  for (const [, weights] of values.parameters) weights.fill(Number.NaN);
  await rm(scene.outside('nan.onnx'), { force: true });
  await writeOnnx(scene.outside('nan.onnx'), network, values);
  return scene.outside('nan.onnx');
}
