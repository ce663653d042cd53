import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sizeOf, toChannelsFirst, channelsFirstShape, type Network } from '#model-zoo';
import { u32, u64, writeSafetensors } from '#formats';
import type { StoredOptions } from '../stored-model.js';

export interface ModelTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Running statistics: `aux` in MXNet's files. */
  readonly isStatistic?: boolean;
}

/** Values that differ everywhere; gammas that are fixed at 1 hold something else, as files in the wild do. */
export function tensorsOf(network: Network): ModelTensor[] {
  let next = 0;
  const fill = (length: number) => Float32Array.from({ length }, () => Math.fround(Math.sin(++next)));
  return [
    ...network.parameters.map((spec) => ({ name: spec.name, shape: spec.shape, values: fill(sizeOf(spec)) })),
    ...network.statistics.flatMap(({ name, channels }) =>
      ['moving_mean', 'moving_var'].map((suffix) => ({
        name: `${name}_${suffix}`,
        shape: [channels],
        values: fill(channels),
        isStatistic: true,
      })),
    ),
  ];
}

/** `<stem>.json` and `<stem>.safetensors`, as a run stores them. */
export async function writeOwnModel(
  stem: string,
  network: string,
  tensors: readonly ModelTensor[],
  options: StoredOptions = {},
): Promise<void> {
  await mkdir(dirname(stem), { recursive: true });
  const sources = tensors.map(({ name, shape, values }) => ({ name, shape, pieces: () => [values] }));
  const { sha256 } = await writeSafetensors(`${stem}.safetensors`, sources);
  await writeFile(`${stem}.json`, JSON.stringify({ format: 'arcfleet-model', version: 1, network, ...options, sha256 }));
}

/** The same tensors in MXNet's order and format (version 2), and a head's weight beside them. */
export async function writeMxnetModel(path: string, network: Network, tensors: readonly ModelTensor[]): Promise<void> {
  const specs = new Map(network.parameters.map((spec) => [spec.name, spec]));
  const stored = [
    ...tensors.map((tensor) => {
      const spec = specs.get(tensor.name);
      if (!spec) return tensor;
      return { ...tensor, shape: channelsFirstShape(spec), values: toChannelsFirst(spec, tensor.values) };
    }),
    { name: 'fc7_weight', shape: [2, 3], values: new Float32Array(6) },
  ];
  const parts: Buffer[] = [u64(0x112), u64(0), u64(stored.length)];
  for (const { shape, values } of stored) {
    parts.push(u32(0xf993fac9), u32(0), u32(shape.length), ...shape.map(u64), u32(2), u32(0), u32(0));
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  parts.push(u64(stored.length));
  for (const tensor of stored) {
    const name = Buffer.from(`${'isStatistic' in tensor && tensor.isStatistic ? 'aux' : 'arg'}:${tensor.name}`);
    parts.push(u64(name.length), name);
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.concat(parts));
}
