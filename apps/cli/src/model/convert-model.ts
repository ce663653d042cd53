import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArcFleetError, type FileEntry } from '#contracts';
import { hashFile } from '#formats';
import type { ReadModel } from '#model-files';

export const MODEL_FORMATS = ['arcfleet', 'mxnet', 'torch', 'onnx'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** Of formats that are one file. */
const EXTENSIONS: Partial<Record<ModelFormat, string>> = { torch: '.safetensors', onnx: '.onnx' };

/** Number in the names of MXNet's files. */
const EPOCH = 1;

interface Writer {
  /** Files that come into being. */
  readonly files: (target: string) => string[];
  readonly write: (target: string, model: ReadModel) => Promise<FileEntry[]>;
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
    write: async (path, { network, values, weights }) => {
      const { sha256 } = await hashFile(dirname(weights), basename(weights));
      return [await (await import('#model-files')).writeOnnx(path, network, values, { sourceSha256: sha256 })];
    },
  },
};

/**
 * Converts a stored model. Each file is complete or absent.
 *
 * @returns the files written, by their paths
 * @throws ArcFleetError `conflict` where a file is there and `force` is not given; what reading and writing throw.
 */
export async function convertModel(
  from: string,
  to: string,
  options: { readonly to: ModelFormat; readonly network?: string | undefined; readonly force: boolean },
): Promise<FileEntry[]> {
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
  const written = await writer.write(target, model);
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
