import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FileEntry } from '#contracts';
import type { Backbone } from '../backbone.js';
import { writeDurably } from '#formats';
import { writeSafetensors } from '#formats';
import { statisticsByName } from '../running-statistics.js';

/**
 * Backbone for use (its moving average where there is one): parameters and running statistics under their own names, and a
 * description. Rank 0 calls it.
 */
export async function writeModel(
  folder: string,
  backbone: Backbone,
  merged: Float32Array,
  facts: Record<string, unknown>,
): Promise<FileEntry[]> {
  await mkdir(folder, { recursive: true });
  const { network } = backbone;
  const parameters = await backbone.readParameters(backbone.evaluated().parameters);
  const weights = await writeSafetensors(
    join(folder, 'model.safetensors'),
    [
      ...parameters,
      ...statisticsByName(network, merged).map(({ name, values }) => ({ name, shape: [values.length], values })),
    ].map(({ name, shape, values }) => ({ name, shape, pieces: () => [values] })),
    { network: network.name },
  );
  const description = {
    format: 'arcfleet-model',
    version: 1,
    network: network.name,
    embeddingSize: network.embeddingSize,
    output: network.output,
    dropout: network.dropout,
    squeezeExcitation: network.squeezeExcitation,
    // Networks take raw pixels and normalise by themselves.
    input: { height: network.height, width: network.width, channels: 'RGB', layout: 'NHWC', range: [0, 255] },
    numParameters: network.numParameters,
    weights: basename(weights.path),
    sha256: weights.sha256,
    ...facts,
  };
  const json = await writeDurably(join(folder, 'model.json'), (write) =>
    write(Buffer.from(`${JSON.stringify(description, null, 2)}\n`)),
  );
  return [weights, json];
}
