import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Bytes of an object that are asked for and kept together. */
export const BLOCK_BYTES = 1024 * 1024;
/** Behind a block's bytes: u32 magic, u32 length, u32 CRC-32 of the bytes. */
const TRAILER_BYTES = 12;
const TRAILER_MAGIC = 0x31424641;
/** A block's time of use is written at most that often. */
const TOUCH_MS = 60_000;
/** An abandoned temporary file is swept when it is that old. */
const STALE_MS = 3_600_000;
/** Objects of which is known which blocks are sound. */
const MAX_OBJECTS = 256;

/**
 * Blocks of remote objects on the local disk, shared by threads and processes. A block's folder is named after bucket, key and
 * ETag, so that versions of an object are never mixed. Blocks are written beside and renamed: a reader sees a whole block or
 * none; one that is damaged is fetched again. The least recently used go first.
 */
export class BlockCache {
  private readonly root: string;
  /** What is known of the blocks of some objects: an object that is opened again is not checked again. */
  private readonly objects = new Map<string, CachedObject>();
  private writtenSinceSweep: number;
  private sweeping: Promise<void> | null = null;

  constructor(
    folder: string,
    private readonly limitBytes: number,
  ) {
    this.root = join(folder, 'blocks');
    // The first write looks at what other processes left.
    this.writtenSinceSweep = limitBytes;
  }

  /** The blocks of one version of an object. */
  object(bucket: string, key: string, etag: string): CachedObject {
    const name = createHash('sha256')
      .update(JSON.stringify([bucket, key, etag, BLOCK_BYTES]))
      .digest('hex');
    let object = this.objects.get(name);
    if (object === undefined) {
      object = new CachedObject(join(this.root, name.slice(0, 2), name), (bytes) => this.wrote(bytes));
      if (this.objects.size >= MAX_OBJECTS) this.objects.delete(this.objects.keys().next().value as string);
      this.objects.set(name, object);
    }
    return object;
  }

  /** Removes the least recently used blocks until nine tenths of the limit are left. */
  sweep(): Promise<void> {
    return (this.sweeping ??= this.sweepNow().finally(() => (this.sweeping = null)));
  }

  private async wrote(bytes: number): Promise<void> {
    this.writtenSinceSweep += bytes;
    if (this.writtenSinceSweep < this.limitBytes / 10) return;
    this.writtenSinceSweep = 0;
    await this.sweep();
  }

  private async sweepNow(): Promise<void> {
    const blocks: { path: string; bytes: number; usedMs: number }[] = [];
    let total = 0;
    for (const shard of await names(this.root)) {
      for (const object of await names(join(this.root, shard))) {
        const folder = join(this.root, shard, object);
        for (const name of await names(folder)) {
          const path = join(folder, name);
          const facts = await stat(path).catch(() => null);
          if (facts === null) continue;
          if (name.includes('.tmp-')) {
            if (Date.now() - facts.mtimeMs > STALE_MS) await rm(path, { force: true });
            continue;
          }
          blocks.push({ path, bytes: facts.size, usedMs: facts.mtimeMs });
          total += facts.size;
        }
      }
    }
    if (total <= this.limitBytes) return;
    blocks.sort((a, b) => a.usedMs - b.usedMs);
    const folders = new Set<string>();
    for (const { path, bytes } of blocks) {
      if (total <= this.limitBytes * 0.9) break;
      await rm(path, { force: true });
      folders.add(join(path, '..'));
      total -= bytes;
    }
    // A folder that still holds blocks is not empty and stays.
    for (const folder of folders) await rmdir(folder).catch(() => undefined);
  }
}

/** Blocks of one version of one object. */
export class CachedObject {
  /** Blocks whose checksum this process has seen to be right, and when their time of use was last written. */
  private readonly touched = new Map<number, number>();

  constructor(
    readonly folder: string,
    private readonly onWrite: (bytes: number) => Promise<void>,
  ) {}

  /**
   * `length` bytes at `start` of block `index`, which has `blockBytes` bytes, into `target`; false where the block is not
   * there or damaged.
   */
  async read(index: number, blockBytes: number, start: number, length: number, target: Uint8Array): Promise<boolean> {
    const path = this.path(index);
    const file = await open(path, 'r').catch(() => null);
    if (file === null) return false;
    try {
      if (!this.touched.has(index)) {
        const whole = Buffer.allocUnsafe(blockBytes + TRAILER_BYTES + 1);
        const { bytesRead } = await file.read(whole, 0, whole.length, 0);
        if (!isSound(whole.subarray(0, bytesRead), blockBytes)) return false;
        target.set(whole.subarray(start, start + length));
      } else if ((await file.read(target, 0, length, start)).bytesRead < length) {
        return false;
      }
    } catch {
      return false;
    } finally {
      await file.close();
    }
    const now = Date.now();
    if (now - (this.touched.get(index) ?? 0) > TOUCH_MS) {
      this.touched.set(index, now);
      await utimes(path, now / 1000, now / 1000).catch(() => undefined);
    }
    return true;
  }

  /** Keeps a block. A disk that is full or read-only costs speed, never the run: then nothing is kept. */
  async write(index: number, bytes: Uint8Array): Promise<void> {
    const path = this.path(index);
    const temporary = `${path}.tmp-${process.pid}-${randomBytes(6).toString('hex')}`;
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeUInt32LE(TRAILER_MAGIC, 0);
    trailer.writeUInt32LE(bytes.length, 4);
    trailer.writeUInt32LE(crc32(bytes), 8);
    try {
      await mkdir(this.folder, { recursive: true });
      const file = await open(temporary, 'wx');
      try {
        await file.writev([bytes, trailer]);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      this.touched.set(index, Date.now());
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
      return;
    }
    await this.onWrite(bytes.length + TRAILER_BYTES);
  }

  private path(index: number): string {
    return join(this.folder, String(index));
  }
}

function isSound(file: Buffer, blockBytes: number): boolean {
  if (file.length !== blockBytes + TRAILER_BYTES) return false;
  return (
    file.readUInt32LE(blockBytes) === TRAILER_MAGIC &&
    file.readUInt32LE(blockBytes + 4) === blockBytes &&
    file.readUInt32LE(blockBytes + 8) === crc32(file.subarray(0, blockBytes))
  );
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
