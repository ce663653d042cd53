import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachEngine } from '../../engine/src/testing/each-engine.js';
import { channelsFirstShape, createNetwork, toChannelsFirst, torchNames, type NetworkOptions } from '#model-zoo';
import { readModel, readPretrained, writeMxnetModel, writeOwnModel, writeTorchSafetensors } from './index.js';
import { namedStatistics } from './backbone-values.js';
import { embedNoise, worstDifference } from './testing/embed.js';
import { randomValues } from './testing/random-values.js';
import { torchZip } from './testing/torch-zip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-convert-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const network = (name: string, embeddingSize: number, more: Partial<NetworkOptions> = {}) =>
  createNetwork({ name, embeddingSize, height: 112, width: 112, ...more });

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);

type Read = Awaited<ReturnType<typeof readModel>>;

function expectSame(read: Read, of: ReturnType<typeof network>, values: ReturnType<typeof randomValues>): void {
  const { name, output, embeddingSize, squeezeExcitation, pixelScale, epsilon } = of;
  expect(read.network).toMatchObject({ name, output, embeddingSize, squeezeExcitation, pixelScale, epsilon });
  for (const { name: parameter } of of.parameters) {
    expect(bytesOf(read.values.parameters.get(parameter)!).equals(bytesOf(values.parameters.get(parameter)!)), parameter).toBe(
      true,
    );
  }
  expect(bytesOf(read.values.statistics).equals(bytesOf(values.statistics))).toBe(true);
}

describe('a written model is read as it was', () => {
  it.each<[string, number, Partial<NetworkOptions>]>([
    ['tiny', 24, { height: 32, width: 48, output: 'E' }],
    ['mbf', 64, { pixelScale: 0.0078125, epsilon: 1e-3 }],
    ['mnas025', 32, { output: 'GAP' }],
  ])('%s in our format', async (name, embeddingSize, options) => {
    const of = network(name, embeddingSize, options);
    const values = randomValues(of);
    await writeOwnModel(join(folder, `own-${name}/model`), of, values);
    const read = await readModel(join(folder, `own-${name}`));
    expect(read).toMatchObject({ format: 'arcfleet', network: { height: of.height, width: of.width } });
    expectSame(read, of, values);
  });

  it.each<[string, number, Partial<NetworkOptions>]>([
    ['tiny', 24, {}],
    ['y1', 128, {}],
    ['mbf', 64, {}],
    ['mbf', 64, { pixelScale: 0.0078125, epsilon: 1e-3 }],
    ['m05', 256, { output: 'SFC' }],
    ['mnas025', 256, {}],
    ['tiny', 24, { output: 'GNAP' }],
    ['y1', 32, { output: 'J' }],
  ])("%s of %d in MXNet's: the symbol tells its options %j", async (name, embeddingSize, options) => {
    const of = network(name, embeddingSize, options);
    const values = randomValues(of);
    await writeMxnetModel(join(folder, 'mxnet/model'), of, values);
    const read = await readModel(join(folder, 'mxnet,1'));
    expect(read.format).toBe('mxnet');
    expectSame(read, of, values);
  });

  it("mbf in arcface_torch's, as safetensors and as torch.save with the prefix of parallel training", async () => {
    const of = network('mbf', 64);
    const values = randomValues(of);
    const path = join(folder, 'mbf.safetensors');
    await writeTorchSafetensors(path, of, values);
    expectSame(await readModel(path), of, values);

    const names = torchNames(of);
    const running = namedStatistics(of, values.statistics).map(({ name, values: some }) => {
      const { mean, variance } = names.statistics.get(name.replace(/_moving_(?:mean|var)$/, ''))!;
      return { name: `module.${name.endsWith('_mean') ? mean : variance}`, shape: [some.length], values: some };
    });
    const weights = of.parameters.map((spec) => ({
      name: `module.${names.parameters.get(spec.name)!}`,
      shape: channelsFirstShape(spec),
      values: toChannelsFirst(spec, values.parameters.get(spec.name)!),
    }));
    await writeFile(join(folder, 'backbone.pth'), torchZip([...weights, ...running]));
    const read = await readModel(join(folder, 'backbone.pth'));
    expect(read.format).toBe('torch');
    expectSame(read, of, values);
  });
});

describe("a run that starts from arcface_torch's weights", () => {
  it('is told the constants that they were trained with, and takes them when it has them', async () => {
    const of = network('mbf', 64);
    const values = randomValues(of);
    const path = join(folder, 'start.safetensors');
    await writeTorchSafetensors(path, of, values);
    const start = (wanted: typeof of) => readPretrained({ path, newOutput: false }, wanted, 1);
    await expect(start(network('mbf', 64, { pixelScale: 0.0078125, epsilon: 1e-3 }))).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(
        /trained with network\.pixelScale 0\.00784313725490196, no network\.epsilon\. .*Set network\.pixelScale 0\.00784313725490196/,
      ) as string,
    });
    // As it is typed.
    const { parameters } = await start(network('mbf', 64, { pixelScale: 0.00784314 }));
    expect(bytesOf(parameters.get('pre_fc1_weight')!).equals(bytesOf(values.parameters.get('pre_fc1_weight')!))).toBe(true);
  });
});

describe('what cannot be converted is refused', () => {
  it.each<[string, Partial<NetworkOptions>, RegExp]>([
    ['y1', {}, /arcface_torch has no y1/],
    ['mbf', { output: 'E' }, /mbf ends in output layers GDC, not E/],
    ['r18', { squeezeExcitation: true }, /r18 has no squeeze-and-excitation/],
  ])('%s %j for PyTorch', async (name, options, message) => {
    const of = network(name, 16, options);
    const values = { parameters: new Map<string, Float32Array>(), statistics: new Float32Array(0) };
    await expect(writeTorchSafetensors(join(folder, 'no.safetensors'), of, values)).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(message) as string,
    });
  });

  it('layers that arcface_torch has in no network', async () => {
    await writeFile(
      join(folder, 'other.pt'),
      torchZip([
        { name: 'fc.weight', shape: [2, 2], values: new Float32Array(4) },
        { name: 'layer1.0.conv1.weight', shape: [1], values: new Float32Array(1) },
      ]),
    );
    await expect(readModel(join(folder, 'other.pt'))).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(/an iresnet of 1-0-0-0 units/) as string,
    });
  });
});

eachEngine('constants that are code in arcface_torch', (engine) => {
  it('go into the weights: the same embeddings', async () => {
    const of = network('mbf', 32, { pixelScale: 0.0078125, epsilon: 1e-3 });
    const values = randomValues(of);
    const path = join(folder, 'constants.safetensors');
    await writeTorchSafetensors(path, of, values);
    const read = await readModel(path);
    expect(read.network).toMatchObject({ pixelScale: 1 / 127.5, epsilon: null });
    const own = await embedNoise(of, values);
    // Embeddings have length 1; what the constants change is much larger than the tolerance.
    expect(worstDifference(own, await embedNoise(read.network, read.values))).toBeLessThan(1e-5);
    // Plain JavaScript takes seconds for each image.
    if (engine !== 'cpu') expect(worstDifference(own, await embedNoise(read.network, values))).toBeGreaterThan(1e-4);
  });
});
