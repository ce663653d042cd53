import { resolve } from 'node:path';
import { ArcFleetError } from '#contracts';
import { isRemote } from '#datasets';

/**
 * Absolute path of what is read from this machine's file systems alone.
 * @param what names it in the error: `a model`.
 * @throws ArcFleetError `config_invalid` for an `s3://` address, which would silently become a folder of that name.
 */
export function localPath(workingFolder: string, path: string, what: string): string {
  if (!isRemote(path)) return resolve(workingFolder, path);
  const message = `${path}: ${what} is not read from or written to s3://. Copy it, and give the path of the copy`;
  throw new ArcFleetError('config_invalid', message, { file: path });
}
