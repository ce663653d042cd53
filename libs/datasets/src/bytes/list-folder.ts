import { readdir } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import type { RemoteAccess } from './remote-access.js';
import { isRemote, parseS3Path } from './s3-path.js';

/**
 * Names of what lies directly in a folder, local or `s3://`, in no particular order.
 *
 * @throws ArcFleetError `dataset_not_found`, `storage_unavailable`
 */
export async function listFolder(folder: string, access?: RemoteAccess): Promise<string[]> {
  if (!isRemote(folder)) {
    return readdir(folder).catch((error: Error) => {
      const message = `Cannot list ${folder}: ${error.message}`;
      throw new ArcFleetError('dataset_not_found', message, { file: folder }, { cause: error });
    });
  }
  const names = new Set<string>();
  for await (const { name } of listObjects(folder, access)) names.add(name.split('/', 1)[0] as string);
  if (names.size === 0) throw new ArcFleetError('dataset_not_found', `There is nothing in ${folder}`, { file: folder });
  return [...names];
}

export interface ListedObject {
  /** Key behind the folder's own. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Objects below an `s3://` folder, in rising order of keys. @throws ArcFleetError `dataset_not_found`, `storage_unavailable` */
export async function* listObjects(folder: string, access?: RemoteAccess): AsyncGenerator<ListedObject> {
  const { bucket, key } = parseS3Path(folder);
  const prefix = key === '' ? '' : `${key.replace(/\/+$/, '')}/`;
  const { objectStore } = await import('./s3-client.js');
  let token: string | undefined;
  do {
    const { objects, next } = await objectStore(access).list(bucket, prefix, token);
    for (const { key: found, ...facts } of objects) {
      const name = found.slice(prefix.length);
      if (name !== '' && !name.endsWith('/')) yield { name, ...facts };
    }
    token = next;
  } while (token !== undefined);
}
