import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { readLocalStart, readZip, zipFailure, type ZipEntry } from '#formats';

/** More than this is no wheel of ours. */
const MAX_UNPACKED_BYTES = 8 * 1024 ** 3;

const failureOf = (wheel: string) => zipFailure(wheel, 'engine_unavailable');

/**
 * Unpacks the chosen members of a wheel (a zip file).
 *
 * @param choose Path below `folder` for a member, or null to leave it out.
 * @returns the paths written
 * @throws ArcFleetError `engine_unavailable` when the file is damaged or larger than it says.
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  choose: (name: string) => string | null,
  maxBytes = MAX_UNPACKED_BYTES,
): Promise<string[]> {
  const handle = await open(wheel, 'r');
  try {
    const chosen = (await readZip(handle, failureOf(wheel))).flatMap((entry) => {
      const path = entry.name.endsWith('/') ? null : choose(entry.name);
      return path === null ? [] : [{ entry, path }];
    });
    const total = chosen.reduce((sum, { entry }) => sum + entry.size, 0);
    if (total > maxBytes) throw failureOf(wheel)(`it would unpack to ${total} bytes`);
    for (const { entry, path } of chosen) await unpackEntry(handle, wheel, entry, join(folder, path));
    return chosen.map(({ path }) => path);
  } finally {
    await handle.close();
  }
}

async function unpackEntry(handle: FileHandle, wheel: string, entry: ZipEntry, target: string): Promise<void> {
  const start = await readLocalStart(handle, entry, failureOf(wheel));
  await mkdir(dirname(target), { recursive: true });
  const check = new SizeAndChecksum(entry, wheel);
  const output = createWriteStream(target, { flags: 'wx' });
  const compressed = entry.compressedSize === 0 ? [] : createReadStream(wheel, { start, end: start + entry.compressedSize - 1 });
  try {
    if (entry.method === 'stored') await pipeline(compressed, check, output);
    else await pipeline(compressed, createInflateRaw(), check, output);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') {
      throw failureOf(wheel)(`${entry.name} cannot be unpacked (${code})`);
    }
    throw error;
  }
}

/** Passes bytes on while they are no more than promised, and compares the checksum at the end. */
class SizeAndChecksum extends Transform {
  private size = 0;
  private checksum = 0;

  constructor(
    private readonly entry: ZipEntry,
    private readonly wheel: string,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void): void {
    this.size += chunk.length;
    if (this.size > this.entry.size) return done(failureOf(this.wheel)(`${this.entry.name} is larger than its entry says`));
    this.checksum = crc32(chunk, this.checksum);
    done(null, chunk);
  }

  override _flush(done: (error: Error | null) => void): void {
    const { name, size, crc32: expected } = this.entry;
    if (this.size !== size) return done(failureOf(this.wheel)(`${name} has ${this.size} bytes instead of ${size}`));
    done(this.checksum === expected ? null : failureOf(this.wheel)(`the checksum of ${name} is wrong`));
  }
}
