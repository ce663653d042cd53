import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ArcFleetError, OUTPUTS, type ResolvedModel } from '#contracts';
import { tf, type Engine } from '#engine';
import { createNetwork } from '#model-zoo';
import { z } from 'zod';
import type { Embedder } from './embedder.js';
import { readPretrained } from './read-pretrained.js';

const descriptionSchema = z.looseObject({
  network: z.string(),
  embeddingSize: z.number(),
  output: z.enum(OUTPUTS),
  squeezeExcitation: z.boolean().default(false),
  input: z.looseObject({ height: z.number(), width: z.number() }),
  sha256: z.string(),
});

/**
 * Opens a model that a run has stored.
 * @throws ArcFleetError `model_not_found`, `checkpoint_corrupt`, `model_mismatch`.
 */
export async function openOwnEmbedder(model: ResolvedModel, storageRoot: string, engine: Engine): Promise<Embedder> {
  const folder = isAbsolute(model.path) ? model.path : join(storageRoot, model.path);
  const path = join(folder, 'model.json');
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ArcFleetError('model_not_found', `There is no stored model at ${folder}: ${error.message}`, { path });
  });
  const { network: name, embeddingSize, output, squeezeExcitation, input, sha256 } = descriptionSchema.parse(JSON.parse(text));
  const { height, width } = input;
  const network = createNetwork({ name, embeddingSize, output, squeezeExcitation, height, width } as Parameters<
    typeof createNetwork
  >[0]);
  const values = await readPretrained({ path: folder, newOutput: false }, network, 0);
  const parameters = Object.fromEntries(
    network.parameters.map((spec) => [spec.name, tf.tensor(values.parameters.get(spec.name)!, [...spec.shape])]),
  );
  const statistics: Record<string, { mean: ReturnType<typeof tf.tensor1d>; variance: ReturnType<typeof tf.tensor1d> }> = {};
  let start = 0;
  for (const { name: batchNorm, channels } of network.statistics) {
    const at = (from: number) => tf.tensor1d(values.statistics.slice(from, from + channels));
    statistics[batchNorm] = { mean: at(start), variance: at(start + channels) };
    start += 2 * channels;
  }
  return {
    format: 'arcfleet',
    network: name,
    embeddingSize: network.embeddingSize,
    height,
    width,
    sha256,
    engine: engine.name,
    embed: async (pixels, rows) => {
      const count = pixels.length / (height * width * 3);
      const embedded = tf.tidy(() => network.embed(parameters, statistics, tf.tensor4d(pixels, [count, height, width, 3])));
      try {
        await engine.readInto(embedded, rows);
      } finally {
        embedded.dispose();
      }
    },
    dispose: () => {
      tf.dispose([parameters, statistics]);
      return Promise.resolve();
    },
  };
}
