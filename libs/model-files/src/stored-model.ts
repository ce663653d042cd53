import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { ArcFleetError, OUTPUTS, type OutputName } from '#contracts';
import { hashFile } from '#formats';
import { SafetensorsReader } from '#formats';
import type { ModelLocation } from './locate-model.js';
import { MxnetParamsReader } from './mxnet-params.js';

/** What a network is beside its name, as far as the model says: older ones name the embedding size alone. */
export interface StoredOptions {
  readonly embeddingSize?: number | undefined;
  readonly output?: OutputName | undefined;
  readonly squeezeExcitation?: boolean | undefined;
}

/** Tensors of a stored model under the names of the network's parameters and running statistics. */
export interface StoredModel {
  /** The file that names it to people. */
  readonly path: string;
  /** null: the file does not say. */
  readonly network: string | null;
  readonly options: StoredOptions;
  /** In whose order of axes weights are stored; MXNet puts channels first. */
  readonly order: 'arcfleet' | 'mxnet';
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Row-major. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** What reading needs of `model.json`; the writer is `writeModel`. */
const descriptionSchema = z.looseObject({
  format: z.literal('arcfleet-model'),
  version: z.literal(1),
  network: z.string(),
  embeddingSize: z.number().optional(),
  output: z.enum(OUTPUTS).optional(),
  squeezeExcitation: z.boolean().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * Opens a model; what its description says of the weights is held to their checksum first.
 *
 * @throws ArcFleetError `checkpoint_corrupt` naming the file.
 */
export async function openStoredModel(location: ModelLocation): Promise<StoredModel> {
  if (location.kind === 'mxnet') {
    const reader = await MxnetParamsReader.open(location.params);
    const { path, shapes } = reader;
    const [read, close] = [(name: string) => reader.read(name), () => reader.close()];
    return { path, network: null, options: {}, order: 'mxnet', shapes, read, close };
  }
  const { description: path, stem } = location;
  const description = await readDescription(path);
  const weights = `${stem}.safetensors`;
  const found = await hashFile(dirname(weights), basename(weights)).catch((error: unknown) => {
    throw corrupt(weights, `it cannot be read: ${(error as Error).message}`);
  });
  if (found.sha256 !== description.sha256) {
    throw corrupt(weights, `its ${found.sizeBytes} bytes are not those that ${path} describes (another SHA-256)`);
  }
  const { network, embeddingSize, output, squeezeExcitation } = description;
  const reader = await SafetensorsReader.open(weights);
  return {
    path,
    network,
    options: { embeddingSize, output, squeezeExcitation },
    order: 'arcfleet',
    shapes: new Map(reader.names.map((name) => [name, reader.shapeOf(name)])),
    read: (name) => reader.read(name),
    close: () => reader.close(),
  };
}

async function readDescription(path: string): Promise<z.output<typeof descriptionSchema>> {
  let json: unknown;
  try {
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
