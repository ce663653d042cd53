import { readFile } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import { readWhole } from '../bytes/byte-source.js';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { openS3Object } from '../bytes/s3-object.js';
import { isRemote, joinPath } from '../bytes/s3-path.js';
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
      return readImageFile(file, access, { sizeBytes: locations.sizes[at] as number, etag: locations.etags[at] as string });
    },
    describe: (locations, at) => path(locations, at),
    close: async () => {},
  };
}

/**
 * The bytes of one image file, local or `s3://`.
 *
 * @param facts what a listing said of a remote one
 * @throws ArcFleetError `dataset_not_found`, `dataset_corrupt` (empty or too large); for `s3://` also `storage_unavailable`, `dataset_changed`
 */
export async function readImageFile(
  file: string,
  access?: RemoteAccess,
  facts?: { sizeBytes: number; etag: string },
): Promise<Uint8Array> {
  const bytes = isRemote(file) ? await readObject(file, access, facts) : await readLocal(file);
  if (bytes.length === 0) throw damaged(file, 'is empty');
  return bytes;
}

async function readLocal(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot read ${file}: ${error.message}`, { file }, { cause: error });
  });
}

async function readObject(
  file: string,
  access: RemoteAccess | undefined,
  facts: { sizeBytes: number; etag: string } | undefined,
): Promise<Uint8Array> {
  const source = await openS3Object(file, access, facts);
  try {
    if (source.sizeBytes > MAX_IMAGE_BYTES) throw damaged(file, `has ${source.sizeBytes} bytes, too many for an image`);
    return await readWhole(source);
  } finally {
    await source.close();
  }
}

function damaged(file: string, what: string): ArcFleetError {
  return new ArcFleetError('dataset_corrupt', `${file} ${what}. Remove it or fetch it again.`, { file, byte: 0 });
}
