import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NETWORK_NAMES, NETWORKS } from '#contracts';
import { engineFolder, engineStatuses, startEngine, tf } from '#engine';
import { createNetwork, mxnetStatisticNames, type NetworkOptions } from '#model-zoo';
import { filledImages, filledParameters, filledStatistics, IMAGES } from '../../../model-zoo/src/testing/filled-values.js';
import { openOnnxEmbedder } from './onnx-embedder.js';
import { writeOnnx } from './write-onnx.js';

const folder = engineFolder(process.env);
const [engine] = (await engineStatuses({ folder })).filter(({ available }) => available);

let stored: string;
beforeAll(async () => {
  stored = await mkdtemp(join(tmpdir(), 'arcfleet-onnx-'));
  await startEngine(engine!.name, { threads: 2, folder });
});
afterAll(() => rm(stored, { recursive: true, force: true }));

/** Filled weights, images and all of them in one call, then the first alone; 1e-4 of the root mean square. */
async function expectSameEmbeddings(options: NetworkOptions): Promise<void> {
  const network = createNetwork(options);
  const { height, width, embeddingSize } = network;
  const path = join(stored, 'model.onnx');
  const parameters = filledParameters(network, (name) => name);
  const statistics = filledStatistics(network, mxnetStatisticNames);
  const images = filledImages(height);
  const expected = tf.tidy(() => network.embed(parameters, statistics, images as Tensor4D).dataSync()) as Float32Array;
  await writeOnnx(path, network, {
    parameters: new Map(Object.entries(parameters).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array])),
    statistics: Float32Array.from(
      network.statistics.flatMap(({ name }) => {
        const { mean, variance } = statistics[name]!;
        return [...mean.dataSync(), ...variance.dataSync()];
      }),
    ),
  });
  const pixels = images.dataSync() as Float32Array;
  tf.dispose([parameters, statistics, images] as never);
  const rms = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  const embedder = await openOnnxEmbedder(path, { threads: 2 });
  for (const count of [IMAGES, 1]) {
    const rows = new Float32Array(count * embeddingSize);
    await embedder.embed(pixels.subarray(0, count * height * width * 3), rows);
    const worst = rows.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
    console.info(`${network.name} ${network.output}, ${count} images: ${(worst / rms).toExponential(1)}`);
    expect(worst / rms).toBeLessThan(1e-4);
  }
  await embedder.dispose();
}

describe(`networks written as ONNX give in onnxruntime the embeddings of ${engine!.name} (1e-4)`, () => {
  it.each(NETWORK_NAMES)('%s', (name) => {
    const { embeddingSize } = NETWORKS[name];
    return expectSameEmbeddings({ name, embeddingSize, height: 112, width: 112 });
  });

  it('r50 with squeeze-and-excitation', () =>
    expectSameEmbeddings({ name: 'r50', embeddingSize: 512, height: 112, width: 112, squeezeExcitation: true }));
});
