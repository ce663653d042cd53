import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileEntry } from '#contracts';

/** Receives a file's bytes in order. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a file that is complete or absent: into a temporary neighbour, fsync, rename, fsync of the folder. `produce` is called
 * once and writes the content; the SHA-256 is taken on the way. The temporary file is removed when anything fails.
 */
export async function writeDurably(path: string, produce: (write: WriteBytes) => Promise<void>): Promise<FileEntry> {
  const temporary = `${path}.tmp-${process.pid}`;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    const file = await open(temporary, 'w');
    try {
      await produce(async (bytes) => {
        hash.update(bytes);
        sizeBytes += bytes.byteLength;
        await writeAll(file, bytes);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  return { path: basename(path), sizeBytes, sha256: hash.digest('hex') };
}

/** Flushes a folder's entries; some file systems refuse that, and then there is nothing to flush. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** SHA-256 (hex) and size of a file, read in pieces. */
export async function hashFile(folder: string, name: string): Promise<FileEntry> {
  const file = await open(join(folder, name), 'r');
  try {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(1 << 20);
    let sizeBytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, sizeBytes);
      if (bytesRead === 0) return { path: name, sizeBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      sizeBytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.byteLength - offset);
    offset += bytesWritten;
  }
}
