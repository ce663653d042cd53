import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { OutputName } from '#contracts';
import type { Network } from '../network.js';
import { channelsFirstShape } from '../weight-layouts.js';

/** A few values of one row and its Euclidean norm. */
export interface RowSample {
  readonly norm: number;
  readonly values: readonly number[];
}

/** What an original implementation said about a network; see fixtures/README.md. */
export interface NetworkFixture {
  readonly options: {
    readonly name: string;
    readonly embeddingSize: number;
    readonly output?: OutputName;
    readonly squeezeExcitation?: boolean;
    /** 112 where absent. */
    readonly height?: number;
    readonly width?: number;
  };
  readonly numParameters: number;
  readonly numStatistics: number;
  readonly parameters: { readonly count: number; readonly sha256: string };
  readonly batchNorms: { readonly count: number; readonly sha256: string };
  /** Channels, height, width of the last batch norm at each size. */
  readonly stages: Readonly<Record<string, readonly [number, number, number]>>;
  /** null where the original's counter fails. */
  readonly flops: number | null;
  readonly evaluation: readonly RowSample[];
  /** Gradients of two images with running statistics, which leave no doubt beyond a millionth. */
  readonly frozen?: Readonly<Record<string, RowSample>>;
  readonly training?: {
    readonly embeddings: readonly RowSample[];
    readonly gradients: Readonly<Record<string, RowSample>>;
  };
}

/** Fixtures live beside the sources; specs run from `dist`. */
export function readFixtures(original: 'mxnet' | 'pytorch'): ReadonlyMap<string, NetworkFixture> {
  const url = new URL(`../../../../../libs/model-zoo/src/fixtures/${original}.json`, import.meta.url);
  return new Map(Object.entries(JSON.parse(readFileSync(url, 'utf8')) as Record<string, NetworkFixture>));
}

/** What the original calls our tensors. */
export interface Naming {
  parameter(name: string): string;
  batchNorm(name: string): string;
}

export function parametersDigest(network: Network, { parameter }: Naming): string {
  return digest(network.parameters.map((spec) => `${parameter(spec.name)} ${channelsFirstShape(spec).join('x')}`));
}

export function batchNormsDigest(network: Network, { batchNorm }: Naming): string {
  return digest(
    network.statistics.map(({ name, input }) => `${batchNorm(name)} ${input.channels}x${input.height}x${input.width}`),
  );
}

function digest(lines: string[]): string {
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** As the originals' scripts sample a row. */
export function sampleRow(row: ArrayLike<number>, count = 16): RowSample {
  const size = Math.min(count, row.length);
  const values = Array.from({ length: size }, (_, k) => row[Math.floor(((k + 0.5) * row.length) / size)]!);
  return { norm: Math.hypot(...chunkNorms(row)), values };
}

/** `Math.hypot` takes its operands from the stack, which a row of millions does not fit on. */
function chunkNorms(row: ArrayLike<number>): number[] {
  const norms: number[] = [];
  for (let start = 0; start < row.length; start += 4096) {
    let sum = 0;
    for (let i = start; i < Math.min(start + 4096, row.length); i++) sum += row[i]! ** 2;
    norms.push(Math.sqrt(sum));
  }
  return norms;
}
