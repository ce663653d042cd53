import { realpath } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import { readWhole } from '../bytes/byte-source.js';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { openLocalFile } from '../bytes/local-file.js';
import { openS3Object } from '../bytes/s3-object.js';
import { isRemote, joinPath } from '../bytes/s3-path.js';
import { followInside } from './inside-root.js';
import type { SampleLocations, SampleReader } from '../sample-source.js';

/** Nothing in a face data set comes near. */
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;

/** Reads images that are files of their own in `folder`. Each read opens its file; nothing stays open. */
export function openImageFiles(folder: string, access?: RemoteAccess): SampleReader {
  const path = (locations: SampleLocations, at: number): string => {
    if (locations.kind !== 'files') throw new TypeError(`${folder} holds files, not records`);
    return joinPath(folder, locations.names[at] as string);
  };
  return {
    read: (locations, at) => {
      const file = path(locations, at);
      if (!isRemote(folder) || locations.kind !== 'files') return readImageFile(file);
      const facts = { sizeBytes: locations.sizes[at] as number, etag: locations.etags[at] as string };
      return readImageFile(file, { access, facts });
    },
    describe: (locations, at) => path(locations, at),
    close: async () => {},
  };
}

export interface ImageFileOptions {
  readonly access?: RemoteAccess | undefined;
  /** What a listing said of a remote one. */
  readonly facts?: { readonly sizeBytes: number; readonly etag: string };
  /** A local file must lie in this folder, links followed; leave it out where a listing has seen to that. */
  readonly root?: string;
}

/**
 * The bytes of one image file, local or `s3://`. All readers of images by name read them here.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_corrupt` (empty), `dataset_invalid` (too large, or a link out of `root`); for
 * `s3://` also `storage_unavailable`, `dataset_changed`
 */
export async function readImageFile(file: string, { access, facts, root }: ImageFileOptions = {}): Promise<Uint8Array> {
  if (root !== undefined && !isRemote(file)) await checkInside(file, root);
  const source = await (isRemote(file) ? openS3Object(file, access, facts) : openLocalFile(file));
  try {
    if (source.sizeBytes === 0) throw damaged(file, 'is empty');
    return await readWhole(source, MAX_IMAGE_BYTES);
  } finally {
    await source.close();
  }
}

async function checkInside(file: string, root: string): Promise<void> {
  try {
    await followInside(file, await realpath(root));
  } catch (error) {
    if (error instanceof ArcFleetError) throw error;
    const message = `Cannot open ${file}: ${(error as Error).message}`;
    throw new ArcFleetError('dataset_not_found', message, { file }, { cause: error });
  }
}

function damaged(file: string, what: string): ArcFleetError {
  return new ArcFleetError('dataset_corrupt', `${file} ${what}. Remove it or fetch it again.`, { file, byte: 0 });
}
