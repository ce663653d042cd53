import { BLOCK_BYTES, BlockCache, type CachedObject } from './block-cache.js';
import type { ByteSource } from './byte-source.js';
import { DEFAULT_CACHE_BYTES, type RemoteAccess } from './remote-access.js';
import type { ObjectFacts, ObjectStore } from './s3-client.js';
import { parseS3Path, type S3Path } from './s3-path.js';

/** Blocks that a long read has under way at once. */
const PARALLEL_BLOCKS = 8;

/** One cache per folder in a thread: it counts what it writes. */
const caches = new Map<string, BlockCache>();

/**
 * An object behind the block cache. Every range names the ETag that the object had when it was opened: bytes of two versions
 * are never mixed.
 *
 * @param facts what a listing said of the object; absent: it is asked for
 * @throws ArcFleetError `dataset_not_found`, `storage_unavailable`, `dataset_invalid` (no S3 address)
 */
export async function openS3Object(path: string, access: RemoteAccess = {}, facts?: ObjectFacts): Promise<ByteSource> {
  const place = parseS3Path(path);
  // The SDK is large: only those load it who have something there.
  const { objectStore } = await import('./s3-client.js');
  const store = objectStore(access);
  const { sizeBytes, etag } = facts ?? (await store.head(place));
  const cached = blockCache(access)?.object(place.bucket, place.key, etag) ?? null;
  return new S3Object(path, place, sizeBytes, etag, store, cached);
}

/** The cache that `access` names; null: none. */
export function blockCache({ cacheFolder, cacheBytes = DEFAULT_CACHE_BYTES }: RemoteAccess): BlockCache | null {
  if (cacheFolder === undefined) return null;
  const id = `${cacheBytes} ${cacheFolder}`;
  let cache = caches.get(id);
  if (cache === undefined) caches.set(id, (cache = new BlockCache(cacheFolder, cacheBytes)));
  return cache;
}

class S3Object implements ByteSource {
  /** Blocks that are on their way: readers of one block share it. */
  private readonly fetching = new Map<number, Promise<Uint8Array>>();

  constructor(
    readonly path: string,
    private readonly place: S3Path,
    readonly sizeBytes: number,
    readonly version: string,
    private readonly store: ObjectStore,
    private readonly cached: CachedObject | null,
  ) {}

  async readInto(target: Uint8Array, offset: number, length: number): Promise<number> {
    const count = Math.max(0, Math.min(length, this.sizeBytes - offset));
    if (count === 0) return 0;
    if (this.cached === null) {
      target.set(await this.store.range(this.place, this.version, offset, count));
      return count;
    }
    let next = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((offset + count - 1) / BLOCK_BYTES);
    const work = async (): Promise<void> => {
      while (next <= last) await this.copyBlock(next++, offset, count, target);
    };
    const workers = await Promise.allSettled(Array.from({ length: Math.min(PARALLEL_BLOCKS, last - next + 1) }, work));
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
    return count;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.fetching.values());
  }

  /** The part of block `index` that lies in `offset`..`offset + count` to its place in `target`. */
  private async copyBlock(index: number, offset: number, count: number, target: Uint8Array): Promise<void> {
    const blockStart = index * BLOCK_BYTES;
    const blockBytes = Math.min(BLOCK_BYTES, this.sizeBytes - blockStart);
    const from = Math.max(offset, blockStart);
    const to = Math.min(offset + count, blockStart + blockBytes);
    const place = target.subarray(from - offset, to - offset);
    if (await this.cached?.read(index, blockBytes, from - blockStart, to - from, place)) return;
    const block = await this.fetch(index, blockStart, blockBytes);
    place.set(block.subarray(from - blockStart, to - blockStart));
  }

  private fetch(index: number, start: number, length: number): Promise<Uint8Array> {
    let block = this.fetching.get(index);
    if (block === undefined) {
      block = (async () => {
        const bytes = await this.store.range(this.place, this.version, start, length);
        await this.cached?.write(index, bytes);
        return bytes;
      })().finally(() => this.fetching.delete(index));
      this.fetching.set(index, block);
    }
    return block;
  }
}
