import { ArcFleetError } from '#contracts';
import type { ByteSource } from './byte-source.js';
import { openLocalFile } from './local-file.js';
import type { RemoteAccess } from './remote-access.js';
import { openS3Object } from './s3-object.js';
import { isRemote } from './s3-path.js';

/**
 * Opens a local file, or an object by its `s3://bucket/key`.
 *
 * @throws ArcFleetError `dataset_not_found`; for objects also `storage_unavailable`
 */
export function openByteSource(path: string, access?: RemoteAccess): Promise<ByteSource> {
  return isRemote(path) ? openS3Object(path, access) : openLocalFile(path);
}

/**
 * Opens a file again that must still be the one that had `sizeBytes` and `version`; an object is not asked again.
 *
 * @throws ArcFleetError `dataset_changed`, `dataset_not_found`
 */
export async function reopenByteSource(
  path: string,
  { sizeBytes, version }: Pick<ByteSource, 'sizeBytes' | 'version'>,
  access?: RemoteAccess,
): Promise<ByteSource> {
  if (isRemote(path)) return openS3Object(path, access, { sizeBytes, etag: version });
  const source = await openLocalFile(path);
  if (source.version === version) return source;
  await source.close();
  const message = `${path} has changed since it was opened. Start again when nobody writes to it any more.`;
  throw new ArcFleetError('dataset_changed', message, { file: path });
}
