import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ArcFleetError, type FileEntry } from '#contracts';
import { hashFile } from '#formats';
import type { InputRange, ReadModel } from '#model-files';

const { version } = createRequire(import.meta.url)('../../../../../package.json') as { version: string };

export const MODEL_FORMATS = ['arcfleet', 'mxnet', 'torch', 'onnx'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** What an ONNX model may be fed. */
export const ONNX_INPUTS = ['raw', 'normalized'] as const satisfies readonly InputRange[];

/** Of formats that are one file. */
const EXTENSIONS: Partial<Record<ModelFormat, string>> = { torch: '.safetensors', onnx: '.onnx' };

/** Number in the names of MXNet's files. */
const EPOCH = 1;

export interface ConvertOptions {
  readonly to: ModelFormat;
  /** Where the file does not say. */
  readonly network?: string | undefined;
  readonly force: boolean;
  /** For ONNX; default raw. */
  readonly input?: InputRange | undefined;
}

interface Writer {
  /** Files that come into being. */
  readonly files: (target: string) => string[];
  readonly write: (target: string, model: ReadModel, options: ConvertOptions) => Promise<FileEntry[]>;
}

const WRITERS: Readonly<Record<ModelFormat, Writer>> = {
  arcfleet: {
    files: (prefix) => [`${prefix}.safetensors`, `${prefix}.json`],
    write: async (prefix, { network, values }) => (await import('#model-files')).writeOwnModel(prefix, network, values),
  },
  mxnet: {
    files: (prefix) => [`${prefix}-000${EPOCH}.params`, `${prefix}-symbol.json`],
    write: async (prefix, { network, values }) => (await import('#model-files')).writeMxnetModel(prefix, network, values, EPOCH),
  },
  torch: {
    files: (path) => [path],
    write: async (path, { network, values }) => [
      await (await import('#model-files')).writeTorchSafetensors(path, network, values),
    ],
  },
  onnx: {
    files: (path) => [path],
    write: async (path, { network, values, weights, sha256 }, { input }) => {
      const sourceSha256 = sha256 ?? (await hashFile(dirname(weights), basename(weights))).sha256;
      const facts = { input, sourceSha256, producerVersion: version };
      return [await (await import('#model-files')).writeOnnx(path, network, values, facts)];
    },
  },
};

/**
 * Converts a stored model. Each file is complete or absent.
 *
 * @returns the files written, by their paths
 * @throws ArcFleetError `conflict` where a file is there and `force` is not given; what reading and writing throw.
 */
export async function convertModel(from: string, to: string, options: ConvertOptions): Promise<FileEntry[]> {
  if (options.input !== undefined && options.to !== 'onnx') {
    throw new ArcFleetError('validation_failed', `--input is for ONNX; ${options.to} has one convention (docs/models.md)`);
  }
  const writer = WRITERS[options.to];
  const extension = EXTENSIONS[options.to];
  // Two files that belong together have a prefix.
  const target = extension === undefined ? to.replace(/\.(?:json|safetensors|params)$/, '') : to;
  if (extension !== undefined && !to.endsWith(extension)) {
    throw new ArcFleetError(
      'validation_failed',
      `${to}: ${options.to} is written as a file that ends in ${extension}; name it so`,
    );
  }
  if (!options.force) await expectAbsent(writer.files(target));
  const { readModel } = await import('#model-files');
  const model = await readModel(from, options.network === undefined ? {} : { name: options.network });
  const written = await writer.write(target, model, options);
  return written.map((file) => ({ ...file, path: join(dirname(target), basename(file.path)) }));
}

async function expectAbsent(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const isThere = await stat(file).then(
      () => true,
      () => false,
    );
    if (isThere) throw new ArcFleetError('conflict', `${file} is there already; add --force to replace it`, { file });
  }
}
