import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArcFleetError, OutputName, RunConfig } from '#contracts';
import { createNetwork, initialValues, type Network } from '#model-zoo';
import { readPretrained } from './read-pretrained.js';
import { tensorsOf, writeMxnetModel, writeOwnModel, type ModelTensor } from './testing/write-models.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcfleet-pretrained-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const tiny = createNetwork({ name: 'tiny', embeddingSize: 16, height: 16, width: 16 });
const y1 = createNetwork({ name: 'y1', embeddingSize: 128, height: 112, width: 112 });

const read = (network: Network, path: string, more: Partial<NonNullable<RunConfig['pretrained']>> = {}) =>
  readPretrained({ path: join(root, path), newOutput: false, ...more }, network, 7);

const valuesOf = (tensors: readonly ModelTensor[]) => new Map(tensors.map(({ name, values }) => [name, values]));

/** Millions of values: comparing them one by one as vitest does takes seconds. */
function expectBits(actual: Float32Array, expected: Float32Array, what: string): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  expect(bytes(actual).equals(bytes(expected)), what).toBe(true);
}

/** Everything that is trained is as it was stored, statistics included; what is fixed is 1. */
async function expectAll(network: Network, tensors: readonly ModelTensor[], path: string, epoch?: number) {
  const stored = valuesOf(tensors);
  const { parameters, statistics } = await read(network, path, { epoch });
  expect([...parameters.keys()]).toEqual(network.parameters.map(({ name }) => name));
  const fixed = network.parameters.filter(({ isTrainable }) => !isTrainable);
  expect(fixed.map(({ name }) => name)).toEqual(['fc1_gamma']);
  for (const { name, isTrainable } of network.parameters) {
    if (isTrainable) expectBits(parameters.get(name)!, stored.get(name)!, name);
    else expect(new Set(parameters.get(name))).toEqual(new Set([1]));
  }
  const expected = network.statistics.flatMap(({ name }) =>
    [`${name}_moving_mean`, `${name}_moving_var`].flatMap((tensor) => [...stored.get(tensor)!]),
  );
  expect([...statistics]).toEqual(expected);
}

describe('a stored model', () => {
  it('is taken over whole, in our format', async () => {
    const tensors = tensorsOf(tiny);
    await writeOwnModel(join(root, 'ours/model-0001'), 'tiny', tensors);
    await expectAll(tiny, tensors, 'ours,1');
  });

  it("is taken over whole, in MXNet's format and order of axes; the head beside it is not asked for", async () => {
    const tensors = tensorsOf(y1);
    await writeMxnetModel(join(root, 'y1-softmax-emore/model-0001.params'), y1, tensors);
    await expectAll(y1, tensors, 'y1-softmax-emore', 1);
  });

  it('may lack a gamma that is fixed anyway', async () => {
    const tensors = tensorsOf(tiny);
    const named = tensors.filter(({ name }) => name !== 'fc1_gamma');
    await writeOwnModel(join(root, 'no-gamma/model'), 'tiny', named);
    await expectAll(tiny, tensors, 'no-gamma');
  });

  it('is refused when its weights are not those of its description, or its description is none', async () => {
    const stem = join(root, 'damaged/model');
    await writeOwnModel(stem, 'tiny', tensorsOf(tiny));
    const bytes = await readFile(`${stem}.safetensors`);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(`${stem}.safetensors`, bytes);
    await expect(read(tiny, 'damaged')).rejects.toMatchObject({
      code: 'checkpoint_corrupt',
      message: expect.stringContaining('another SHA-256'),
      details: { file: `${stem}.safetensors` },
    });
    await rm(`${stem}.safetensors`);
    await expect(read(tiny, 'damaged')).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    for (const text of ['{', '{"format":"other"}', '[]']) {
      await writeFile(`${stem}.json`, text);
      await expect(read(tiny, 'damaged')).rejects.toMatchObject({
        code: 'checkpoint_corrupt',
        details: { file: `${stem}.json` },
      });
    }
  });
});

describe('a stored model of another network', () => {
  const wrong = (path: string, epoch = 1) =>
    read(createNetwork({ name: 'mnas05', embeddingSize: 256, height: 112, width: 112 }), path, { epoch });
  const both = {
    code: 'model_mismatch',
    message: expect.stringMatching(/one of network y1; its weights cannot go into mnas05.*--network y1\)/),
    details: { network: 'mnas05', found: 'y1' },
  };

  it("is refused, naming both and what works: InsightFace's recipe of mnas05 from a y1 model", async () => {
    const tensors = tensorsOf(y1);
    await writeOwnModel(join(root, 'pair/model-0001'), 'y1', tensors);
    await expect(wrong('pair')).rejects.toMatchObject(both);
    await expectAll(y1, tensors, 'pair', 1);
  });

  it('is recognized by its tensors where the file has no name, whatever its embedding size', async () => {
    const other = createNetwork({ name: 'y1', embeddingSize: 64, height: 112, width: 112 });
    await writeMxnetModel(join(root, 'pair-mxnet/model-0001.params'), other, tensorsOf(other));
    await expect(wrong('pair-mxnet')).rejects.toMatchObject(both);
  });

  it('is refused also where all that is needed would be there', async () => {
    // Every tensor of y1's body is one of this model too; it has more.
    const more = [...tensorsOf(y1), { name: 'res_3_block4_conv_sep_conv2d_weight', shape: [1], values: new Float32Array(1) }];
    await writeOwnModel(join(root, 'deeper/model'), 'y1', more);
    await expect(read(y1, 'deeper')).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringContaining('its res_3_block4_conv_sep_conv2d_weight [1] has no place'),
    });
  });
});

describe('a stored model with other output layers', () => {
  const stored = createNetwork({ name: 'tiny', embeddingSize: 24, height: 16, width: 16 });
  const tensors = tensorsOf(stored);
  beforeAll(() => writeOwnModel(join(root, 'outputs/model'), 'tiny', tensors));

  it('is refused, naming the first differences with their shapes and the way out', async () => {
    await expect(read(tiny, 'outputs')).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(
        /embedding size 16 and output GDC: its pre_fc1_weight is \[96, 24\], not \[96, 16\]; its pre_fc1_bias .*; and \d more\. .*pretrained\.newOutput/,
      ),
      details: { differences: [{ name: 'pre_fc1_weight', expected: [96, 16], found: [96, 24] }, {}, {}] },
    });
  });

  it.each<[string, Network]>([
    ['embedding size', tiny],
    ['output', createNetwork({ name: 'tiny', embeddingSize: 24, output: 'E', height: 16, width: 16 })],
    ['input size', createNetwork({ name: 'tiny', embeddingSize: 24, height: 32, width: 32 })],
  ])('gives its body where newOutput says so; the output layers start anew: another %s', async (_, network) => {
    const values = valuesOf(tensors);
    const { parameters, statistics } = await read(network, 'outputs', { newOutput: true });
    const isOutput = (name: string) => /^(?:conv_6dw7_7|pre_fc1|fc1|bn1)_/.test(name);
    for (const spec of network.parameters) {
      const expected = isOutput(spec.name) ? initialValues(spec, 7) : values.get(spec.name)!;
      expectBits(parameters.get(spec.name)!, expected, spec.name);
    }
    const expected = network.statistics.flatMap(({ name, channels }) =>
      [0, 1].flatMap((start) =>
        isOutput(`${name}_`)
          ? new Array<number>(channels).fill(start)
          : [...values.get(`${name}_${start === 0 ? 'moving_mean' : 'moving_var'}`)!],
      ),
    );
    expect([...statistics]).toEqual(expected);
  });

  it('is refused with newOutput too where the body differs', async () => {
    const cut = tensors.filter(({ name }) => name !== 'res_2_a_conv2d_weight');
    await writeOwnModel(join(root, 'cut/model'), 'tiny', cut);
    await expect(read(tiny, 'cut', { newOutput: true })).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringContaining('it has no res_2_a_conv2d_weight [3, 3, 48, 48]'),
    });
  });
});

describe('a stored model that says what it is', () => {
  const r18 = (options: { squeezeExcitation?: boolean; dropout?: number } = {}) =>
    createNetwork({ name: 'r18', embeddingSize: 16, height: 32, width: 32, ...options });
  const store = async (folder: string, network: Network) => {
    const { embeddingSize, output, squeezeExcitation } = network;
    await writeOwnModel(join(root, `${folder}/model`), network.name, tensorsOf(network), {
      embeddingSize,
      output,
      squeezeExcitation,
    });
  };

  it('is named with its squeeze-and-excitation, where a new output does not help', async () => {
    await store('excited', r18({ squeezeExcitation: true }));
    for (const newOutput of [false, true]) {
      const error = await read(r18(), 'excited', { newOutput }).catch((caught: unknown) => caught as ArcFleetError);
      expect(error).toMatchObject({
        code: 'model_mismatch',
        message: expect.stringMatching(
          /: it was trained with network\.squeezeExcitation true; .* Set network\.squeezeExcitation true$/,
        ),
      });
    }
    await expect(read(r18({ squeezeExcitation: true, dropout: 0.1 }), 'excited')).resolves.toBeDefined();
  });

  it('is named with its output layers, also where they have the same tensors', async () => {
    const withOutput = (output: OutputName) => createNetwork({ name: 'tiny', embeddingSize: 16, output, height: 32, width: 32 });
    const [stored, wanted] = [withOutput('FC'), withOutput('E')];
    expect(tensorsOf(stored).map(({ name }) => name)).toEqual(tensorsOf(wanted).map(({ name }) => name));
    await store('plain', stored);
    await expect(read(wanted, 'plain')).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(
        /it was trained with network\.output FC\. Set network\.output FC, or set pretrained\.newOutput/,
      ),
    });
    await expect(read(wanted, 'plain', { newOutput: true })).resolves.toBeDefined();
    await expect(read(stored, 'plain')).resolves.toBeDefined();
  });
});
