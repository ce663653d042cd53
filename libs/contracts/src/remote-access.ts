import { homedir } from 'node:os';
import { join } from 'node:path';

/** How `s3://` paths are reached and where what was read of them is kept. Plain data: it goes to other threads and processes. */
export interface RemoteAccess {
  /** Folder of the cache; several processes may share it. Absent: nothing is kept, each read goes to the server. */
  readonly cacheFolder?: string;
  /** The cache of blocks is kept below that many bytes, the least recently used go first. Default 20 GiB. */
  readonly cacheBytes?: number;
  /** Server other than AWS (MinIO and friends), addressed by path. Default: AWS. */
  readonly endpoint?: string;
  /** Silence of the server, in ms, after which a request is tried again. Default 30 s. */
  readonly timeoutMs?: number;
  /** Tries per request, the first included. Default 5. */
  readonly attempts?: number;
}

/**
 * What a process's environment says of it: `ARCFLEET_CACHE` (else `XDG_CACHE_HOME`, else `~/.cache`), `ARCFLEET_DATA_CACHE_GB`,
 * `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`. For those who read the environment; credentials and region are read by the SDK.
 */
export function remoteAccess(env: Readonly<Record<string, string | undefined>>): RemoteAccess {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'];
  const gigabytes = Number(env['ARCFLEET_DATA_CACHE_GB'] || NaN);
  return {
    cacheFolder: join(env['ARCFLEET_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'arcfleet'), 'data'),
    ...(gigabytes > 0 ? { cacheBytes: gigabytes * 2 ** 30 } : {}),
    ...(endpoint ? { endpoint } : {}),
  };
}
