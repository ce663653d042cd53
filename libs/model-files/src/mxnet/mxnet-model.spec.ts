import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutputName } from '#contracts';
import { channelsFirstShape, createNetwork } from '#model-zoo';
import { openMxnetModel } from './mxnet-model.js';
import { matchSymbol } from './match-symbol.js';
import { MxnetParamsReader } from './mxnet-params.js';
import { readSymbol } from './symbol.js';

/** See fixtures/README.md. */
const fixture = (name: string) => fileURLToPath(new URL(`../../../../../libs/model-files/src/fixtures/${name}`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-symbols-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A symbol of InsightFace's, changed where a test wants it. */
async function symbolOf(name: string, change: (text: string) => string = (text) => text) {
  const path = join(folder, `${name}-symbol.json`);
  await writeFile(path, change(gunzipSync(await readFile(fixture(`symbols/${name}.json.gz`))).toString('utf8')));
  return { path, symbol: await readSymbol(path) };
}

interface Options {
  readonly name: string;
  readonly embeddingSize: number;
  readonly output?: OutputName;
  readonly squeezeExcitation?: boolean;
}

/** What the parameters beside a symbol of that network are. */
function tensorsOf(options: Options) {
  const network = createNetwork({ ...options, height: 112, width: 112 });
  const shapes = new Map<string, readonly number[]>(network.parameters.map((spec) => [spec.name, channelsFirstShape(spec)]));
  for (const { name, channels } of network.statistics) {
    shapes.set(`${name}_moving_mean`, [channels]).set(`${name}_moving_var`, [channels]);
  }
  return { order: 'channelsFirst' as const, shapes };
}

describe("InsightFace's symbols", () => {
  it.each<[string, Options]>([
    ['r18', { name: 'r18', embeddingSize: 512, output: 'E' }],
    ['r18-se', { name: 'r18', embeddingSize: 512, output: 'E', squeezeExcitation: true }],
    ['r50v1', { name: 'r50v1', embeddingSize: 512, output: 'E' }],
    ['y1', { name: 'y1', embeddingSize: 128, output: 'GDC' }],
    ['y1-FC', { name: 'y1', embeddingSize: 128, output: 'FC' }],
    ['y1-F', { name: 'y1', embeddingSize: 128, output: 'F' }],
    ['y1-G', { name: 'y1', embeddingSize: 128, output: 'G' }],
    ['m05', { name: 'm05', embeddingSize: 256, output: 'GDC' }],
    ['m1-SFC', { name: 'm1', embeddingSize: 256, output: 'SFC' }],
    ['mnas025', { name: 'mnas025', embeddingSize: 256, output: 'GDC' }],
    ['vargfacenet', { name: 'vargfacenet', embeddingSize: 512, output: 'J' }],
    ['d169', { name: 'd169', embeddingSize: 512, output: 'E' }],
  ])('%s tells its network and output layers', async (file, options) => {
    const { path, symbol } = await symbolOf(file);
    expect(matchSymbol(symbol, tensorsOf(options), path)).toMatchObject({ ...options, pixelScale: 0.0078125, epsilon: null });
  });

  it('tell other constants, where the network has a choice', async () => {
    const { path, symbol } = await symbolOf('r18', (text) =>
      text.replaceAll('"2e-05"', '"1e-05"').replace('"0.0078125"', '"0.00784313725490196"'),
    );
    const network = matchSymbol(symbol, tensorsOf({ name: 'r18', embeddingSize: 512 }), path);
    expect(network).toMatchObject({ name: 'r18', epsilon: 1e-5, pixelScale: 0.00784313725490196 });
  });

  it.each<[string, Options, (text: string) => string, RegExp]>([
    [
      'r18',
      { name: 'r18', embeddingSize: 512 },
      (text) => text.replaceAll('"fix_gamma": "False"', '"fix_gamma": "True"'),
      /it is not r18: its \w*bn\w* is BatchNorm\(eps 0\.00002, fix_gamma 1, axis 1\), the network has BatchNorm\(eps 0\.00002, fix_gamma 0/,
    ],
    [
      'y1',
      { name: 'y1', embeddingSize: 128 },
      (text) => text.replaceAll('"act_type": "prelu"', '"act_type": "leaky"'),
      /its conv_1_relu is LeakyReLU\(act_type leaky\), the network has LeakyReLU\(act_type prelu\)/,
    ],
    [
      'y1',
      { name: 'y1', embeddingSize: 128 },
      (text) => text.replaceAll('"stride": "(2, 2)"', '"stride": "(1, 1)"'),
      /its conv_1_conv2d is Convolution\(kernel 3x3, stride 1x1/,
    ],
    ['y1-GNAP', { name: 'y1', embeddingSize: 128, output: 'GNAP' }, (text) => text, /it is not y1: /],
  ])('%s that computes something else is refused, saying what', async (file, options, change, message) => {
    const { path, symbol } = await symbolOf(file, change);
    expect(() => matchSymbol(symbol, tensorsOf(options), path)).toThrow(message);
  });
});

describe('a model that MXNet has stored', () => {
  it('is read in the types that it has', async () => {
    const reader = await MxnetParamsReader.open(fixture('tiny-0001.params'));
    try {
      expect(Object.fromEntries(reader.shapes)).toMatchObject({ conv0_weight: [2, 3, 1, 1], bn0_moving_mean: [2] });
      expect([...(await reader.read('conv0_weight'))]).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5]);
      expect([...(await reader.read('bn0_gamma'))]).toEqual([0.5, 0.75]);
      expect([...(await reader.read('bn0_moving_mean'))]).toEqual([1.25, 1.5]);
    } finally {
      await reader.close();
    }
  });

  it('of a network outside the catalog is refused', async () => {
    const location = { kind: 'mxnet', params: fixture('tiny-0001.params'), symbol: fixture('tiny-symbol.json') } as const;
    await expect(openMxnetModel(location)).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(/tiny-symbol\.json: no network of the catalog has its parameters/) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /it is no JSON/],
    ['no symbol', '{"nodes": []}', /it is no symbol of MXNet: nodes/],
    [
      'a node before its input',
      JSON.stringify({ nodes: [{ op: 'null', name: 'a', inputs: [[0, 0, 0]] }], heads: [[0, 0, 0]] }),
      /nodes\.0 \(a\) takes what comes after it/,
    ],
    [
      'a head that is not there',
      JSON.stringify({ nodes: [{ op: 'null', name: 'a', inputs: [] }], heads: [[3, 0, 0]] }),
      /heads name a node that is not there/,
    ],
  ])('%s: refused', async (_, text, message) => {
    const path = join(folder, 'broken-symbol.json');
    await writeFile(path, text);
    await expect(readSymbol(path)).rejects.toMatchObject({
      code: 'checkpoint_corrupt',
      message: expect.stringMatching(message) as string,
      details: { file: path },
    });
  });
});
