import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, tf, type Engine } from '#engine';
import { hashFile } from '#formats';
import { createNetwork } from '#model-zoo';
import { createNativeEmbedder } from './native-embedder.js';
import { openEmbedder } from './open-embedder.js';
import { writeOnnx } from './onnx/write-onnx.js';
import { writeOwnModel } from './own-model.js';
import { readModel } from './read-model.js';
import { randomValues } from './testing/random-values.js';

const SIZE = 16;
const IMAGES = 3;
const network = createNetwork({ name: 'tiny', embeddingSize: 20, height: SIZE, width: SIZE, output: 'E' });
const pixels = Float32Array.from({ length: IMAGES * SIZE * SIZE * 3 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256);

const installed = engineFolder(process.env);
const engines = (await engineStatuses({ folder: installed })).filter(({ available }) => available);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-embedder-'));
  const values = randomValues(network);
  await writeOwnModel(join(folder, 'own/model'), network, values);
  await writeOnnx(join(folder, 'model.onnx'), network, values);
  await writeOnnx(join(folder, 'normalized.onnx'), network, values, { input: 'normalized' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function embed(engine: Engine, path: string): Promise<Float32Array> {
  const embedder = await openEmbedder(join(folder, path), { engine });
  expect(embedder).toMatchObject({ network: 'tiny', embeddingSize: 20, height: SIZE, width: SIZE });
  const rows = new Float32Array(IMAGES * embedder.embeddingSize);
  await embedder.embed(pixels, rows);
  await embedder.dispose();
  return rows;
}

describe.each(engines)('a backbone opened on $name', ({ name }) => {
  it('gives the same embeddings stored as ours and as ONNX of either input (1e-4), and leaves no tensor', async () => {
    const engine = await startEngine(name, { threads: 1, folder: installed });
    const before = tf.memory().numTensors;
    const own = await embed(engine, 'own');
    const rms = Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / own.length);
    for (const graph of ['model.onnx', 'normalized.onnx']) {
      const rows = await embed(engine, graph);
      const worst = rows.reduce((max, value, i) => Math.max(max, Math.abs(value - own[i]!)), 0);
      expect(worst / rms, graph).toBeLessThan(1e-4);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does not hash weights of ours again that reading them has hashed', async () => {
    const engine = await startEngine(name, { threads: 1, folder: installed });
    const model = await readModel(join(folder, 'own'));
    const { sha256 } = await hashFile(join(folder, 'own'), 'model.safetensors');
    // There is nothing to hash any more.
    const embedder = await createNativeEmbedder({ ...model, weights: join(folder, 'gone') }, engine);
    expect(embedder.sha256).toBe(sha256);
    await embedder.dispose();
  });
});
