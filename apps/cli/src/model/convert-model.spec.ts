import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOwnModel } from '#model-files';
import { createNetwork, initialValues } from '#model-zoo';
import { convertModel } from './convert-model.js';
import { describeModel, modelTable } from './describe-model.js';
import { describeOnnx, isOnnx, onnxTable } from './describe-onnx.js';

let folder: string;
let stored: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-model-'));
  stored = join(folder, 'stored/model');
  const network = createNetwork({ name: 'mbf', embeddingSize: 32, height: 112, width: 112 });
  const parameters = new Map(network.parameters.map((spec) => [spec.name, initialValues(spec, 1)]));
  const statistics = network.statistics.flatMap(({ channels }) => [
    ...new Array<number>(channels).fill(0),
    ...new Array<number>(channels).fill(1),
  ]);
  await writeOwnModel(stored, network, { parameters, statistics: Float32Array.from(statistics) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('model convert', () => {
  it('goes through every format and back to the same bytes', async () => {
    const at = (name: string) => join(folder, name);
    const mxnet = await convertModel(stored, at('mx/mbf'), { to: 'mxnet', force: false });
    expect(mxnet.map(({ path }) => path)).toEqual([at('mx/mbf-0001.params'), at('mx/mbf-symbol.json')]);
    await convertModel(at('mx/mbf,1'), at('mbf.safetensors'), { to: 'torch', force: false });
    await convertModel(at('mbf.safetensors'), at('back/model.json'), { to: 'arcfleet', force: false });
    const onnx = await convertModel(at('mx/mbf,1'), at('mbf.onnx'), { to: 'onnx', force: false });
    expect(onnx.map(({ path }) => path)).toEqual([at('mbf.onnx')]);
    const [first, last] = [await describeModel(stored), await describeModel(at('back'))];
    expect(last.sha256).toBe(first.sha256);
    expect((await describeModel(at('mbf.safetensors'))).format).toBe('torch');
  });

  it('replaces nothing unless it is told to, and leaves nothing half written', async () => {
    const target = join(folder, 'there.safetensors');
    await writeFile(target, 'mine');
    await expect(convertModel(stored, target, { to: 'torch', force: false })).rejects.toMatchObject({ code: 'conflict' });
    await expect(convertModel(join(folder, 'nowhere'), target, { to: 'torch', force: true })).rejects.toMatchObject({
      code: 'model_not_found',
    });
    await convertModel(stored, target, { to: 'torch', force: true });
    expect((await describeModel(target)).network).toBe('mbf');
    await expect(convertModel(stored, join(folder, 'x.pth'), { to: 'torch', force: true })).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});

describe('model show', () => {
  it.each(['raw', 'normalized'] as const)('says how an ONNX model is fed: %s', async (input) => {
    const path = join(folder, `${input}.onnx`);
    await convertModel(stored, path, { to: 'onnx', force: false, input });
    expect([await isOnnx(path), await isOnnx(stored), await isOnnx(join(folder, 'nowhere'))]).toEqual([true, false, false]);
    const described = await describeOnnx(path);
    expect(described).toMatchObject({
      format: 'onnx',
      network: 'mbf',
      embeddingSize: 32,
      producer: 'arcfleet',
      layout: 'NCHW',
      batch: null,
      input: { height: 112, width: 112, channels: 'RGB', range: input === 'raw' ? [0, 255] : [-1, 1] },
    });
    expect(onnxTable(described)).toContain('batch       any');
    await expect(convertModel(stored, join(folder, 'x'), { to: 'mxnet', force: true, input })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  it('says what the model takes and gives', async () => {
    const described = await describeModel(stored);
    expect(described).toMatchObject({
      format: 'arcfleet',
      network: 'mbf',
      output: 'GDC',
      embeddingSize: 32,
      input: { height: 112, width: 112, channels: 'RGB', range: [0, 255], offset: 127.5, scale: 1 / 127.5 },
      epsilons: [1e-5],
      fixedGammas: 0,
    });
    expect(described.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(modelTable(described)).toContain('input       RGB 112 x 112, pixels 0 to 255');
  });
});
