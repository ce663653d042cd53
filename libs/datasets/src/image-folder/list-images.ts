import type { Dirent } from 'node:fs';
import { opendir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { listObjects } from '../bytes/list-folder.js';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { isRemote } from '../bytes/s3-path.js';
import { followInside } from './inside-root.js';

/** What the decoder reads. */
const IMAGE = /\.(?:jpe?g|png|webp)$/i;

/** Names of files that are taken for images: by extension, hidden ones not. */
export function isImageName(name: string): boolean {
  return !name.startsWith('.') && IMAGE.test(name);
}

export interface ListedImage {
  /** Name of the identity's folder. */
  readonly identity: string;
  /** Name of the file in it. */
  readonly file: string;
  /** What the listing of a bucket said; absent for local files. */
  readonly facts?: { readonly sizeBytes: number; readonly etag: string };
}

/**
 * The images of a folder of identities, one identity after the other. A local folder gives identities and files in rising
 * order of their names' code units, a bucket in the order of keys. Hidden names and files that are no images are passed over.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` (a link that leaves the folder, a name that is no text)
 */
export function listImages(folder: string, access?: RemoteAccess): AsyncGenerator<ListedImage> {
  return isRemote(folder) ? listRemote(folder, access) : listLocal(folder);
}

async function* listLocal(folder: string): AsyncGenerator<ListedImage> {
  const root = await realpath(folder).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot open ${folder}: ${error.message}`, { file: folder }, { cause: error });
  });
  const identities: string[] = [];
  try {
    for await (const entry of await opendir(root)) {
      if (!entry.name.startsWith('.') && (await isKind(entry, root, root, 'isDirectory')))
        identities.push(checkName(entry.name, folder));
    }
  } catch (error) {
    if (error instanceof ArcFleetError) throw error;
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot list ${folder}: ${(error as Error).message}`,
      { file: folder },
      { cause: error },
    );
  }
  for (const identity of identities.sort()) {
    const inside = join(root, identity);
    const entries = await readdir(inside, { withFileTypes: true }).catch((error: Error) => {
      throw new ArcFleetError('dataset_not_found', `Cannot list ${inside}: ${error.message}`, { file: inside }, { cause: error });
    });
    const files: string[] = [];
    for (const entry of entries) {
      if (!isImageName(entry.name)) continue;
      if (await isKind(entry, inside, root, 'isFile')) files.push(checkName(entry.name, inside));
    }
    for (const file of files.sort()) yield { identity, file };
  }
}

async function isKind(entry: Dirent, folder: string, root: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry[kind]();
  const path = join(folder, entry.name);
  const target = await followInside(path, root).catch((error: Error) => {
    if (error instanceof ArcFleetError) throw error;
    throw new ArcFleetError('dataset_invalid', `${path} is a link to nothing: ${error.message}. Remove it.`, { file: path });
  });
  return (await stat(target))[kind]();
}

/** A name that is no UTF-8 could not be opened again. */
function checkName(name: string, folder: string): string {
  if (!name.includes('\uFFFD')) return name;
  const path = join(folder, name);
  throw new ArcFleetError('dataset_invalid', `${JSON.stringify(path)} has a name that is no UTF-8. Rename it.`, { file: path });
}

/** Keys arrive in rising order of their bytes, all of one folder together; so `a-b/` stands before `a/`. */
async function* listRemote(folder: string, access?: RemoteAccess): AsyncGenerator<ListedImage> {
  for await (const { name, ...facts } of listObjects(folder, access)) {
    const [identity, file, ...deeper] = name.split('/');
    if (identity === undefined || file === undefined || deeper.length > 0) continue;
    if (identity.startsWith('.') || !isImageName(file)) continue;
    yield { identity, file, facts };
  }
}
