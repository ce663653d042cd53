import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTPUTS } from '#contracts';
import { createNetwork, type Network, type NetworkOptions } from '#model-zoo';
import { interpretGraph } from '../../../model-zoo/src/testing/interpret-graph.js';
import { namedStatistics, type BackboneValues } from '../backbone-values.js';
import { randomValues } from '../testing/random-values.js';
import { openOnnxEmbedder } from './onnx-embedder.js';
import { INPUT_RANGES } from './onnx-format.js';
import { readOnnx } from './read-onnx.js';
import { writeOnnx, type OnnxOptions } from './write-onnx.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-onnx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tiny = (more: Partial<NetworkOptions> = {}) =>
  createNetwork({ name: 'tiny', embeddingSize: 20, height: 16, width: 16, ...more });

/** Embeddings of `count` images of noise, computed in float64 by the network's own graph. */
function embeddingsOf(network: Network, { parameters, statistics }: BackboneValues, pixels: Float32Array): number[] {
  const running = new Map(namedStatistics(network, statistics).map(({ name, values }) => [name, values]));
  const imageSize = network.height * network.width * 3;
  return Array.from({ length: pixels.length / imageSize }, (_, i) => [
    ...interpretGraph(
      network.graph(),
      {
        parameter: (name) => parameters.get(name)!,
        statistic: (name) => ({ mean: running.get(`${name}_moving_mean`)!, variance: running.get(`${name}_moving_var`)! }),
      },
      pixels.subarray(i * imageSize, (i + 1) * imageSize),
    ),
  ]).flat();
}

/** Writes the network, runs it in onnxruntime, and holds the embeddings to float64: 1e-4 of their root mean square. */
async function expectSameEmbeddings(network: Network, count: number, options: OnnxOptions = {}): Promise<void> {
  const values = randomValues(network);
  const path = join(folder, 'same.onnx');
  await writeOnnx(path, network, values, options);
  const embedder = await openOnnxEmbedder(path);
  const { height, width, embeddingSize } = network;
  expect(embedder).toMatchObject({ format: 'onnx', network: network.name, embeddingSize, height, width });
  const pixels = Float32Array.from({ length: count * height * width * 3 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256);
  const rows = new Float32Array(count * embeddingSize);
  await embedder.embed(pixels, rows);
  await embedder.dispose();
  const expected = embeddingsOf(network, values, pixels);
  const rms = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - rows[i]!)), 0);
  expect(worst / rms).toBeLessThan(1e-4);
}

describe('a network written as ONNX', () => {
  describe.each(INPUT_RANGES)('fed with %s pixels', (input) => {
    it.each([...OUTPUTS])('gives the embeddings of output %s (1e-4)', (output) =>
      expectSameEmbeddings(tiny({ output }), 5, { input }),
    );
  });

  // GNAP keeps or widens the last map's 96 channels.
  it.each([96, 120])('gives the embeddings of output GNAP at embedding size %d (1e-4)', (embeddingSize) =>
    expectSameEmbeddings(tiny({ output: 'GNAP', embeddingSize }), 1),
  );

  // The other families and full size are in onnx.golden.spec.ts.
  it.each<[string, Partial<NetworkOptions>]>([
    ['r18', { squeezeExcitation: true }],
    ['mbf', {}],
    ['m05', { output: 'SFC' }],
    ['mnas025', {}],
  ])('gives the embeddings of %s %j (1e-4)', (name, more) =>
    expectSameEmbeddings(createNetwork({ name, embeddingSize: 16, height: 32, width: 32, ...more }), 1),
  );

  it('names in its metadata what it is, what it wants and where it came from', async () => {
    const path = join(folder, 'named.onnx');
    const network = tiny();
    const sourceSha256 = 'ab'.repeat(32);
    const file = await writeOnnx(path, network, randomValues(network), { sourceSha256, producerVersion: '1.2.3' });
    const { facts, sha256, bytes } = await readOnnx(path);
    expect(file).toEqual({ path: 'named.onnx', sizeBytes: bytes.length, sha256 });
    expect(facts).toMatchObject({ irVersion: 7, producer: 'arcfleet' });
    expect(Object.fromEntries(facts.metadata)).toEqual({
      'arcfleet.input': 'raw',
      'arcfleet.network': 'tiny',
      'arcfleet.output': 'GDC',
      'arcfleet.embedding_size': '20',
      'arcfleet.source_sha256': sourceSha256,
    });
    // InsightFace's package looks for these beginnings.
    expect(facts.firstNodes.slice(0, 2).map(({ name }) => name.slice(0, 4))).toEqual(['Sub_', 'Mul_']);
  });

  it('has no subtraction where pixels come normalized, so that InsightFace normalises them', async () => {
    const path = join(folder, 'normalized.onnx');
    await writeOnnx(path, tiny(), randomValues(tiny()), { input: 'normalized' });
    const { facts } = await readOnnx(path);
    expect(facts.firstNodes.map(({ opType }) => opType)).not.toContain('Sub');
    expect(facts.metadata.get('arcfleet.input')).toBe('normalized');
  });

  it('is refused where it would have 2 GiB', async () => {
    const network = createNetwork({ name: 'tiny', embeddingSize: 120_000, height: 112, width: 112, output: 'E' });
    const statistics = new Float32Array(network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0));
    await expect(writeOnnx(join(folder, 'large.onnx'), network, { parameters: new Map(), statistics })).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(/takes 2\d{9} bytes; an ONNX file holds less than 2 GiB/) as string,
    });
  });

  it('is absent where writing fails', async () => {
    const network = tiny();
    const { parameters, statistics } = randomValues(network);
    const torn = new Map([...parameters].slice(0, -2));
    await expect(writeOnnx(join(folder, 'torn.onnx'), network, { parameters: torn, statistics })).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.startsWith('torn') || name.startsWith('large'))).toEqual([]);
  });
});
