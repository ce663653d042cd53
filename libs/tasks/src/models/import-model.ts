import { constants, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { ArcFleetError, fillUniform, type FileEntry, type TaskResultOf, type WorkOf } from '#contracts';
import { writeDurably } from '#formats';
import { locateModel, openEmbedder, type ModelLocation } from '#model-files';
import { inAttemptFolder } from '../attempt-folder.js';
import type { TaskContext } from '../task-deps.js';

/** Larger files are taken for a mistake: an r200 has 0.3 GB. */
const MAX_FILE_BYTES = 16 * 2 ** 30;
const MAX_NETWORK_NAME = 64;
const PIECE_BYTES = 1 << 20;
/** Images of noise that the model must embed. */
const NUM_PROBES = 2;

/**
 * Copies a model from where the workers see it into the storage, opens the copy and embeds with it: what is kept is what was tried.
 *
 * @throws ArcFleetError `model_refused` for a file outside of the folders from which models may be imported, one that is too large, or a
 *   model that gives no finite vectors; what opening it throws.
 */
export async function importModel(context: TaskContext<WorkOf<'model.import'>>): Promise<TaskResultOf<'model.import'>> {
  const { work, storageRoot, attempt, importRoots, openEngine, onPhase, signal } = context;
  const { path, epoch } = work;
  onPhase('locating', 0);
  const location = await locateModel({ path, newOutput: false, ...(epoch === undefined ? {} : { epoch }) });
  const sources = filesOf(location);
  const { folder, written } = await inAttemptFolder({ storageRoot, parent: work.folder, attempt }, async (target) => {
    onPhase('copying', 0);
    const files: FileEntry[] = [];
    for (const { from, to } of sources) files.push(await copy(from, join(target, to), importRoots, signal));
    onPhase('opening', 0);
    const embedder = await openEmbedder(target, { engine: await openEngine() });
    try {
      signal.throwIfAborted();
      onPhase('embedding', 0);
      const { height, width, embeddingSize } = embedder;
      const pixels = new Float32Array(NUM_PROBES * height * width * 3);
      fillUniform(1, 0, 0, pixels);
      const rows = new Float32Array(NUM_PROBES * embeddingSize);
      await embedder.embed(
        pixels.map((value) => Math.floor(256 * value)),
        rows,
      );
      expectUsable(path, rows, embeddingSize);
      const { network, format } = embedder;
      // A graph's metadata may say anything.
      return { network: network !== null && network.length <= MAX_NETWORK_NAME ? network : null, embeddingSize, format, files };
    } finally {
      await embedder.dispose();
    }
  });
  return { task: 'model.import', folder, ...written };
}

/** Files of a model, and the names under which a folder is found to hold one. */
function filesOf(location: ModelLocation): { from: string; to: string }[] {
  switch (location.kind) {
    case 'arcfleet':
      return [
        { from: location.description, to: 'model.json' },
        { from: `${location.stem}.safetensors`, to: 'model.safetensors' },
      ];
    case 'mxnet':
      return [
        { from: location.params, to: 'model-0001.params' },
        ...(location.symbol === null ? [] : [{ from: location.symbol, to: 'model-symbol.json' }]),
      ];
    case 'torch':
      return [{ from: location.file, to: location.file.endsWith('.safetensors') ? 'model.safetensors' : 'model.pt' }];
    case 'onnx':
      return [{ from: location.file, to: 'model.onnx' }];
  }
}

/**
 * Opens a file where it really lies, if models may come from there: a link that is changed meanwhile leads nowhere else. Never waits for
 * somebody to write into a pipe.
 */
async function openAllowed(path: string, roots: readonly string[] | undefined): Promise<FileHandle> {
  const unreadable = (error: unknown): ArcFleetError =>
    new ArcFleetError('checkpoint_corrupt', `${path} cannot be read: ${(error as Error).message}`, { file: path });
  let real = resolve(path);
  try {
    real = await realpath(path);
    await expectAllowed(path, real, roots);
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const [opened, now] = await Promise.all([handle.stat(), stat(await realpath(path))]);
    if (opened.ino === now.ino && opened.dev === now.dev && (await realpath(real)) === real) return handle;
    await handle.close();
  } catch (error) {
    if (error instanceof ArcFleetError) throw error;
    await expectAllowed(path, real, roots);
    throw unreadable(error);
  }
  throw unreadable(new Error('another file took its place while it was opened'));
}

async function expectAllowed(path: string, real: string, roots: readonly string[] | undefined): Promise<void> {
  if (roots === undefined) return;
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => resolve(root));
    if (real.startsWith(realRoot.endsWith(sep) ? realRoot : `${realRoot}${sep}`)) return;
  }
  throw new ArcFleetError(
    'model_refused',
    `${path} is not in a folder from which this worker imports models (ARCFLEET_IMPORT_ROOTS). Move it there, or ask who runs the workers`,
    { file: path },
  );
}

async function copy(from: string, to: string, roots: readonly string[] | undefined, signal: AbortSignal): Promise<FileEntry> {
  const source = await openAllowed(from, roots);
  try {
    const stats = await source.stat();
    const { size } = stats;
    if (!stats.isFile() || size > MAX_FILE_BYTES) {
      const message = `${from} is no model: it is no plain file, or has more than ${MAX_FILE_BYTES} bytes`;
      throw new ArcFleetError('model_refused', message, { file: from });
    }
    return await writeDurably(to, async (write) => {
      const piece = new Uint8Array(PIECE_BYTES);
      for (let at = 0; at < size;) {
        signal.throwIfAborted();
        const { bytesRead } = await source.read(piece, 0, Math.min(PIECE_BYTES, size - at), at);
        if (bytesRead === 0) {
          throw new ArcFleetError('checkpoint_corrupt', `${from} became shorter while it was read, at byte ${at}`, {
            file: from,
          });
        }
        await write(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
    });
  } finally {
    await source.close();
  }
}

function expectUsable(path: string, rows: Float32Array, embeddingSize: number): void {
  for (let image = 0; image < NUM_PROBES; image++) {
    const row = rows.subarray(image * embeddingSize, (image + 1) * embeddingSize);
    if (row.every((value) => Number.isFinite(value)) && row.some((value) => value !== 0)) continue;
    throw new ArcFleetError('model_refused', `${path} embeds an image of noise to a vector that is not finite, or zero`, {
      file: path,
    });
  }
}
