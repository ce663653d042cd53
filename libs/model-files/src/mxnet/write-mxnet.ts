import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileEntry } from '#contracts';
import { u32, u64, writeDurably } from '#formats';
import { channelsFirstShape, mxnetStatisticNames, toChannelsFirst, type Network } from '#model-zoo';
import { namedStatistics, type BackboneValues } from '../backbone-values.js';
import { symbolOf } from './symbol-of.js';
import { symbolText } from './symbol.js';

interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: () => Float32Array;
}

/**
 * Writes `<prefix>-symbol.json` and `<prefix>-<epoch>.params` (version 2), which `mx.model.load_checkpoint(prefix, epoch)` reads;
 * the embedding is the output `fc1_output`. Each file is complete or absent, the symbol comes last.
 */
export async function writeMxnetModel(prefix: string, network: Network, values: BackboneValues, epoch = 1): Promise<FileEntry[]> {
  await mkdir(dirname(prefix), { recursive: true });
  const params = await writeParams(`${prefix}-${String(epoch).padStart(4, '0')}.params`, arraysOf(network, values));
  const text = symbolText(symbolOf(network));
  const symbol = await writeDurably(`${prefix}-symbol.json`, (write) => write(Buffer.from(text)));
  return [params, symbol];
}

function arraysOf(network: Network, { parameters, statistics }: BackboneValues): NamedArray[] {
  const theirs = new Map<string, string>(
    network.statistics.flatMap(({ name }) => {
      const { mean, variance } = mxnetStatisticNames(name);
      return [[`${name}_moving_mean`, mean] as const, [`${name}_moving_var`, variance] as const];
    }),
  );
  return [
    ...network.parameters.map((spec) => ({
      name: `arg:${spec.name}`,
      shape: channelsFirstShape(spec),
      values: () => toChannelsFirst(spec, parameters.get(spec.name)!),
    })),
    ...namedStatistics(network, statistics).map(({ name, values }) => ({
      name: `aux:${theirs.get(name)!}`,
      shape: [values.length],
      values: () => values,
    })),
  ];
}

const LIST_MAGIC = 0x112;
const V2_MAGIC = 0xf993fac9;
const CPU = 1;
const FLOAT32 = 0;
const DENSE = 0;

/** The list that `mx.nd.save` writes (insightface.md 5.6), one array in memory at a time. */
function writeParams(path: string, arrays: readonly NamedArray[]): Promise<FileEntry> {
  return writeDurably(path, async (write) => {
    await write(Buffer.concat([u64(LIST_MAGIC), u64(0), u64(arrays.length)]));
    for (const { shape, values } of arrays) {
      const head = [u32(V2_MAGIC), u32(DENSE), u32(shape.length), ...shape.map(u64), u32(CPU), u32(0), u32(FLOAT32)];
      await write(Buffer.concat(head));
      const { buffer, byteOffset, byteLength } = values();
      await write(new Uint8Array(buffer, byteOffset, byteLength));
    }
    const names = arrays.flatMap(({ name }) => [u64(Buffer.byteLength(name)), Buffer.from(name)]);
    await write(Buffer.concat([u64(arrays.length), ...names]));
  });
}
