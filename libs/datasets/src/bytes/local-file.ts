import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import type { ByteSource } from './byte-source.js';

/** @throws ArcFleetError `dataset_not_found` */
export async function openLocalFile(path: string): Promise<ByteSource> {
  let handle: FileHandle | undefined;
  try {
    // A pipe is refused below instead of being waited for.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw new Error('it is no file');
    const version = `${stat.size}-${stat.mtimeNs}-${stat.ctimeNs}-${stat.ino}`;
    return new LocalFile(path, handle, Number(stat.size), version);
  } catch (error) {
    await handle?.close();
    const message = `Cannot open ${path}: ${(error as Error).message}`;
    throw new ArcFleetError('dataset_not_found', message, { file: path }, { cause: error });
  }
}

class LocalFile implements ByteSource {
  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly sizeBytes: number,
    readonly version: string,
  ) {}

  async readInto(target: Uint8Array, offset: number, length: number): Promise<number> {
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.handle.read(target, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
