import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ArcFleetError, OUTPUTS, type FileEntry } from '#contracts';
import { hashFile, SafetensorsReader, writeDurably, writeSafetensors } from '#formats';
import type { Network } from '#model-zoo';
import type { BackboneValues } from './backbone-values.js';
import { namedStatistics } from './backbone-values.js';
import type { ModelLocation } from './locate-model.js';
import type { StoredModel } from './stored-model.js';

/** Ours have some 2 KB; facts may be added to them. */
const MAX_DESCRIPTION_BYTES = 1024 * 1024;

/** What reading needs of `model.json`; fields that older ones lack are as the catalog has them. */
const descriptionSchema = z.looseObject({
  format: z.literal('arcfleet-model'),
  version: z.literal(1),
  network: z.string(),
  embeddingSize: z.number().optional(),
  output: z.enum(OUTPUTS).optional(),
  dropout: z.number().optional(),
  squeezeExcitation: z.boolean().optional(),
  pixelScale: z.number().optional(),
  epsilon: z.number().nullable().optional(),
  input: z.looseObject({ height: z.number().int(), width: z.number().int() }).optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Description and weights of a run's model. @throws ArcFleetError `checkpoint_corrupt` naming the file. */
export async function openOwnModel(location: Extract<ModelLocation, { kind: 'arcfleet' }>): Promise<StoredModel> {
  const { description: path, stem } = location;
  const description = await readDescription(path);
  const weights = `${stem}.safetensors`;
  const found = await hashFile(dirname(weights), basename(weights)).catch((error: unknown) => {
    throw corrupt(weights, `it cannot be read: ${(error as Error).message}`);
  });
  if (found.sha256 !== description.sha256) {
    throw corrupt(weights, `its ${found.sizeBytes} bytes are not those that ${path} describes (another SHA-256)`);
  }
  const { network, embeddingSize, output, dropout, squeezeExcitation, pixelScale, epsilon, input } = description;
  const reader = await SafetensorsReader.open(weights);
  return {
    path,
    weights,
    sha256: found.sha256,
    format: 'arcfleet',
    network,
    options: {
      embeddingSize,
      output,
      dropout,
      squeezeExcitation,
      pixelScale,
      epsilon,
      height: input?.height,
      width: input?.width,
    },
    order: 'channelsLast',
    shapes: new Map(reader.names.map((name) => [name, reader.shapeOf(name)])),
    read: (name) => reader.read(name),
    close: () => reader.close(),
  };
}

/**
 * Writes `<prefix>.safetensors` and `<prefix>.json`, each complete or absent: weights and running statistics under their own names,
 * and what is needed to build the network again.
 *
 * @param facts stand in the description beside that.
 */
export async function writeOwnModel(
  prefix: string,
  network: Network,
  values: BackboneValues,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<FileEntry[]> {
  const folder = dirname(prefix);
  await mkdir(folder, { recursive: true });
  const weights = await writeSafetensors(
    `${prefix}.safetensors`,
    [
      ...network.parameters.map(({ name, shape }) => ({ name, shape, values: values.parameters.get(name)! })),
      ...namedStatistics(network, values.statistics).map(({ name, values: of }) => ({ name, shape: [of.length], values: of })),
    ].map(({ name, shape, values: of }) => ({ name, shape, pieces: () => [of] })),
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
    pixelScale: network.pixelScale,
    epsilon: network.epsilon,
    // Networks take raw pixels and normalise by themselves.
    input: { height: network.height, width: network.width, channels: 'RGB', layout: 'NHWC', range: [0, 255] },
    numParameters: network.numParameters,
    weights: weights.path,
    sha256: weights.sha256,
    ...facts,
  };
  const json = await writeDurably(join(folder, `${basename(prefix)}.json`), (write) =>
    write(Buffer.from(`${JSON.stringify(description, null, 2)}\n`)),
  );
  return [weights, json];
}

async function readDescription(path: string): Promise<z.output<typeof descriptionSchema>> {
  let json: unknown;
  try {
    const { size } = await stat(path);
    if (size > MAX_DESCRIPTION_BYTES) throw new Error(`it has ${size} bytes; at most ${MAX_DESCRIPTION_BYTES} are read`);
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw corrupt(path, `it is no readable JSON: ${(error as Error).message}`);
  }
  const parsed = descriptionSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(path, `it does not describe a stored model: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function corrupt(path: string, message: string): ArcFleetError {
  return new ArcFleetError('checkpoint_corrupt', `${path}: ${message}`, { file: path });
}
