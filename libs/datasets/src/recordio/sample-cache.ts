import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Samples } from './sample-table.js';

/** Changes when the content or the rules by which it was found do. */
const FORMAT = 'arcfleet samples 1';
/** Magic, count, CRC-32 of the rest; the table begins behind it, aligned for float64. */
const HEADER_BYTES = 16;
const MAGIC = 0x31534641;
const BYTES_PER_SAMPLE = 16;
/** Tables of sets that are no longer used go when there are more. */
const MAX_TABLES = 32;

/** What the table of a set depends on. */
export interface SampleTableKey {
  readonly recPath: string;
  /** Versions of `.rec` and `.idx`: sizes and times, or ETags. */
  readonly versions: readonly string[];
  readonly numClasses: number;
}

/** The table that a pass over the headers found before; null: none for just these files, or it is damaged. */
export async function readSamples(cacheFolder: string, key: SampleTableKey): Promise<Samples | null> {
  const path = tablePath(cacheFolder, key);
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const count = (size - HEADER_BYTES) / BYTES_PER_SAMPLE;
    if (!Number.isInteger(count) || count < 1) return null;
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      // A single read takes no more than 2^31 bytes.
      const { bytesRead } = await file.read(bytes, done, Math.min(size - done, 1 << 30), done);
      if (bytesRead === 0) return null;
      done += bytesRead;
    }
    const header = new Uint32Array(bytes.buffer, 0, 4);
    if (header[0] !== MAGIC || header[1] !== count || header[2] !== checksum(bytes)) return null;
    const now = Date.now() / 1000;
    await utimes(path, now, now).catch(() => undefined);
    return tableIn(bytes.buffer, count);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** Keeps a table. What cannot be kept is found again: a full disk is no error. */
export async function writeSamples(cacheFolder: string, key: SampleTableKey, samples: Samples): Promise<void> {
  const path = tablePath(cacheFolder, key);
  const temporary = `${path}.tmp-${process.pid}-${randomBytes(6).toString('hex')}`;
  const count = samples.keys.length;
  const header = new Uint32Array([MAGIC, count, 0, 0]);
  const parts = [samples.offsets, samples.keys, samples.labels].map(
    (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  header[2] = parts.reduce((sum, part) => crc32(part, sum), 0);
  try {
    await mkdir(join(cacheFolder, 'samples'), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      for (const part of [new Uint8Array(header.buffer), ...parts]) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await sweep(join(cacheFolder, 'samples'));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function tableIn(buffer: ArrayBuffer, count: number): Samples {
  return {
    offsets: new Float64Array(buffer, HEADER_BYTES, count),
    keys: new Uint32Array(buffer, HEADER_BYTES + 8 * count, count),
    labels: new Int32Array(buffer, HEADER_BYTES + 12 * count, count),
  };
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEADER_BYTES));
}

function tablePath(cacheFolder: string, { recPath, versions, numClasses }: SampleTableKey): string {
  const name = createHash('sha256')
    .update(JSON.stringify([FORMAT, recPath, versions, numClasses]))
    .digest('hex');
  return join(cacheFolder, 'samples', name);
}

async function sweep(folder: string): Promise<void> {
  const tables = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      return { path, usedMs: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const old = tables.sort((a, b) => b.usedMs - a.usedMs).slice(MAX_TABLES);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
