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
