import { createHash, type Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { ArcFleetError, type DatasetFile, type DatasetKind } from '#contracts';
import { readAheadBytes } from './bytes/byte-source.js';
import { listFolder } from './bytes/list-folder.js';
import { openByteSource } from './bytes/open-byte-source.js';
import type { RemoteAccess } from './bytes/remote-access.js';
import { joinPath } from './bytes/s3-path.js';
import { listImages } from './image-folder/list-images.js';
import { readAhead } from './tools/read-ahead.js';

/** More verification sets than this in one folder are no data set. */
const MAX_FILES = 200;
/** Sizes of local images that are asked for at once. */
const STATS_AHEAD = 32;

/** What tells a data set from another without reading its images. */
export interface Fingerprint {
  /** SHA-256 over `files`. */
  readonly sha256: string;
  /** In rising order of names. */
  readonly files: readonly DatasetFile[];
}

/**
 * The fingerprint of a data set: sizes of `train.rec` and the verification sets, bytes of `property` and `train.idx`; of a folder of
 * identities names and sizes of all images. Images are not read: bytes that were changed in place are not seen.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid`, `storage_unavailable`
 */
export async function fingerprintSet(
  { kind, path }: { readonly kind: DatasetKind; readonly path: string },
  access?: RemoteAccess,
  signal?: AbortSignal,
): Promise<Fingerprint> {
  const names = await listFolder(path, access);
  const sets = names.filter((name) => name.endsWith('.bin') && name.length > '.bin'.length);
  if (sets.length > MAX_FILES - 5) {
    throw new ArcFleetError(
      'dataset_invalid',
      `${path} holds ${sets.length} verification sets; at most ${MAX_FILES - 5} are one data set.`,
    );
  }
  const whole = kind === 'faces_emore' ? ['property', ...(names.includes('train.idx') ? ['train.idx'] : [])] : [];
  const files: DatasetFile[] = [];
  for (const name of whole) files.push(await describeFile(path, name, true, access));
  for (const name of kind === 'faces_emore' ? ['train.rec', ...sets] : sets) {
    files.push(await describeFile(path, name, false, access));
  }
  if (kind === 'image_folder') files.push(await describeImages(path, access, signal));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const sha256 = createHash('sha256').update(JSON.stringify(files.map((file) => [file.name, file.sizeBytes, file.sha256])));
  return { sha256: sha256.digest('hex'), files };
}

async function describeFile(folder: string, name: string, isRead: boolean, access?: RemoteAccess): Promise<DatasetFile> {
  const source = await openByteSource(joinPath(folder, name), access);
  try {
    const { sizeBytes } = source;
    if (!isRead) return { name, sizeBytes, sha256: null };
    const hash = createHash('sha256');
    const piece = new Uint8Array(Math.min(readAheadBytes(source.path), Math.max(1, sizeBytes)));
    for (let at = 0; at < sizeBytes;) {
      const count = await source.readInto(piece, at, Math.min(piece.length, sizeBytes - at));
      if (count === 0) break;
      hash.update(piece.subarray(0, count));
      at += count;
    }
    return { name, sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}

async function describeImages(folder: string, access?: RemoteAccess, signal?: AbortSignal): Promise<DatasetFile> {
  const hash = createHash('sha256');
  let total = 0;
  const add = (name: string, sizeBytes: number): void => {
    signal?.throwIfAborted();
    total += sizeBytes;
    addImage(hash, name, sizeBytes);
  };
  let names: string[] = [];
  const addLocal = async (): Promise<void> => {
    let at = 0;
    for await (const size of readAhead(names, STATS_AHEAD, (name) => sizeOf(joinPath(folder, name))))
      add(names[at++] as string, size);
    names = [];
  };
  for await (const { identity, file, facts } of listImages(folder, access)) {
    const name = `${identity}/${file}`;
    if (facts) add(name, facts.sizeBytes);
    else if (names.push(name) === 4096) await addLocal();
  }
  await addLocal();
  return { name: 'images', sizeBytes: total, sha256: hash.digest('hex') };
}

function addImage(hash: Hash, name: string, sizeBytes: number): void {
  hash.update(`${name}\0${sizeBytes}\n`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot open ${path}: ${(error as Error).message}`,
      { file: path },
      { cause: error },
    );
  }
}

/** What was pinned of a registered data set. */
export interface PinnedFiles {
  readonly kind: DatasetKind;
  readonly path: string;
  /** `name@digest`, for messages. */
  readonly ref?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly files?: readonly DatasetFile[] | undefined;
}

/**
 * Makes sure that a data set is still the version that was registered; one that was not registered passes.
 * @throws ArcFleetError `dataset_changed` naming what differs; as {@link fingerprintSet}
 */
export async function checkFingerprint(pinned: PinnedFiles, access?: RemoteAccess): Promise<void> {
  if (pinned.fingerprint === undefined) return;
  const found = await findFingerprint(pinned, access);
  if (found.sha256 === pinned.fingerprint) return;
  const differences = differencesOf(pinned.files ?? [], found.files);
  const name = pinned.ref ?? 'the registered data set';
  const message =
    `${pinned.path} is not ${name} any more: ${differences.slice(0, 5).join('; ')}. ` +
    'Put the files back as they were, or register what is there now: POST /datasets/:id/revalidate, then refer to the new version.';
  throw new ArcFleetError('dataset_changed', message, {
    file: pinned.path,
    ref: pinned.ref,
    differences: differences.slice(0, 20),
  });
}

/** A file that is gone makes the set another one as well. */
async function findFingerprint(pinned: PinnedFiles, access: RemoteAccess | undefined): Promise<Fingerprint> {
  try {
    return await fingerprintSet(pinned, access);
  } catch (error) {
    if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    const message = `${pinned.path} is not ${pinned.ref ?? 'the registered data set'} any more: ${error.message}. Put the files back as they were, or register the data set anew.`;
    throw new ArcFleetError('dataset_changed', message, { file: pinned.path, ref: pinned.ref }, { cause: error });
  }
}

function differencesOf(before: readonly DatasetFile[], now: readonly DatasetFile[]): string[] {
  const differences: string[] = [];
  for (const file of before) {
    const other = now.find(({ name }) => name === file.name);
    if (!other) differences.push(`${file.name} is gone`);
    else if (other.sizeBytes !== file.sizeBytes) {
      differences.push(`${file.name} has ${other.sizeBytes} bytes, not ${file.sizeBytes}`);
    } else if (other.sha256 !== file.sha256) {
      differences.push(file.name === 'images' ? 'images have other names or sizes' : `${file.name} holds other bytes`);
    }
  }
  for (const { name } of now) if (!before.some((file) => file.name === name)) differences.push(`${name} is new`);
  return differences.length > 0 ? differences : ['its fingerprint differs'];
}
