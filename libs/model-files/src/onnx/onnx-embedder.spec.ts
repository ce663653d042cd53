import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openOnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.js';
import { inputRange } from './onnx-convention.js';
import type { NodeFacts, OnnxFacts } from './inspect-onnx.js';
import { fixturePath } from './testing/onnx-fixtures.js';

const IMAGES = 5;
const SIZE = 8;
/** As fixtures/make_onnx.py makes them. */
const pixels = Float32Array.from({ length: IMAGES * SIZE * SIZE * 3 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256);
const expected = JSON.parse(readFileSync(fixturePath('expected.json'), 'utf8')) as Record<string, number[][]>;

async function embed(name: string, options: OnnxEmbedderOptions = {}, count = IMAGES): Promise<number[][]> {
  const embedder = await openOnnxEmbedder(fixturePath(`${name}.onnx`), options);
  const rows = new Float32Array(count * embedder.embeddingSize);
  await embedder.embed(pixels.subarray(0, count * SIZE * SIZE * 3), rows);
  await embedder.dispose();
  return Array.from({ length: count }, (_, i) => [
    ...rows.subarray(i * embedder.embeddingSize, (i + 1) * embedder.embeddingSize),
  ]);
}

function worst(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

const size = { height: SIZE, width: SIZE };

describe('an ONNX model of another tool', () => {
  it.each<[string, string, OnnxEmbedderOptions]>([
    ['torchscript', "PyTorch's TorchScript exporter, any batch, normalised outside", {}],
    ['dynamo', "PyTorch's newer exporter", {}],
    ['mxnet', "MXNet's names, one image at a time, normalised inside", {}],
    ['channels-last', 'three images at a time, channels last, size open, normalised inside without names', { size }],
    ['one-within', 'a batch that is free only outside', {}],
  ])('%s gives the embeddings that onnxruntime gives in Python (1e-5): %s', async (name, _, options) => {
    expect(expected[name]).toHaveLength(IMAGES);
    for (const count of [IMAGES, 1]) {
      expect(worst(await embed(name, options, count), expected[name]!)).toBeLessThan(1e-5);
    }
  });

  it('says what it is', async () => {
    const embedder = await openOnnxEmbedder(fixturePath('mxnet.onnx'));
    expect(embedder).toMatchObject({ format: 'onnx', network: null, embeddingSize: 6, ...size, engine: 'onnxruntime' });
    expect(embedder).toMatchObject({ producer: '', layout: 'NCHW', range: 'raw', batch: 1 });
    expect(embedder.sha256).toMatch(/^[0-9a-f]{64}$/);
    await expect(embedder.embed(pixels.subarray(1), new Float32Array(30))).rejects.toMatchObject({ code: 'shape_mismatch' });
    await embedder.dispose();
  });

  it('is fed as the caller says, where the caller says so', async () => {
    expect(worst(await embed('torchscript', { input: 'raw' }), expected['torchscript']!)).toBeGreaterThan(1);
  });

  it.each<[string, OnnxEmbedderOptions, RegExp]>([
    [
      'two-outputs',
      {},
      /one float32 output of images x values; of this kind it has 2. Its outputs: fc1 float32 \[N, 6\], f float32/,
    ],
    ['map', {}, /it has 0. Its outputs: p float32 \[N, 4, 4, 4\]/],
    ['grey', {}, /no axis of 3 channels.* Its inputs: data float32 \[N, 1, 8, 8\]/],
    ['mxnet', { size: { height: 112, width: 112 } }, /its images have a height of 8, not 112/],
    ['channels-last', {}, /run on images of 112 x 112 it stops/],
    ['external', {}, /weights lie in another file/],
  ])('%s.onnx is refused with what was found (%j)', async (name, options, message) => {
    const path = fixturePath(`${name}.onnx`);
    await expect(openOnnxEmbedder(path, options)).rejects.toMatchObject({
      code: 'model_refused',
      message: expect.stringMatching(message) as string,
      details: { file: path },
    });
  });
});

describe('the range of pixels of a model', () => {
  const node = (opType: string, name: string, inputs: string[] = [], outputs: string[] = []): NodeFacts => ({
    name,
    opType,
    inputs,
    outputs,
  });
  const factsOf = (firstNodes: NodeFacts[], metadata: Record<string, string> = {}): OnnxFacts => ({
    irVersion: 7,
    producer: '',
    numNodes: firstNodes.length,
    metadata: new Map(Object.entries(metadata)),
    firstNodes,
  });

  it.each<[string, OnnxFacts, string]>([
    ['metadata of ours, raw', factsOf([], { 'arcfleet.input': 'raw' }), 'raw'],
    [
      'metadata of ours, before any names',
      factsOf([node('Sub', 'Sub_0'), node('Mul', 'Mul_1')], { 'arcfleet.input': 'normalized' }),
      'normalized',
    ],
    ['metadata that nobody knows', factsOf([node('Conv', 'Conv_0')], { 'arcfleet.input': 'other' }), 'normalized'],
    ["MXNet's names", factsOf([node('Sub', '_minusscalar0'), node('Mul', '_mulscalar0')]), 'raw'],
    ['numbered names', factsOf([node('Sub', 'Sub_0'), node('Mul', 'Mul_1')]), 'raw'],
    ['a subtraction alone', factsOf([node('Sub', 'Sub_0'), node('Conv', 'Conv_1')]), 'normalized'],
    ['neither', factsOf([node('Conv', 'Conv_0'), node('Mul', 'Mul_1')]), 'normalized'],
    [
      'no names, right behind the input',
      factsOf([node('Sub', '', ['x', 'c'], ['m']), node('Div', '', ['m', 'd'], ['s'])]),
      'raw',
    ],
    ['no names, elsewhere', factsOf([node('Sub', '', ['y', 'c'], ['m']), node('Mul', '', ['m', 'd'], ['s'])]), 'normalized'],
  ])('%s', (_, facts, range) => {
    expect(inputRange(facts, 'x')).toBe(range);
  });
});
