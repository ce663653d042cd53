/** How objects are reached and where their blocks are kept. Plain data: it goes to other threads and processes. */
export interface RemoteAccess {
  /** Folder of the block cache; several processes may share it. Absent: nothing is kept, each read goes to the server. */
  readonly cacheFolder?: string;
  /** The cache is kept below that many bytes, the least recently used go first. Default {@link DEFAULT_CACHE_BYTES}. */
  readonly cacheBytes?: number;
  /** Server other than AWS (MinIO and friends), addressed by path. Default: AWS. */
  readonly endpoint?: string;
  /** Silence of the server after which a request is tried again. Default 30 s. */
  readonly timeoutMs?: number;
  /** Tries per request, the first included. Default 5. */
  readonly attempts?: number;
}

export const DEFAULT_CACHE_BYTES = 20 * 2 ** 30;
