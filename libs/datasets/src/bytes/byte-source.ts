import { ArcFleetError } from '#contracts';
import { isRemote } from './s3-path.js';

/** A file that is read by ranges, wherever it lies. Several reads may be under way at once. */
export interface ByteSource {
  /** Local path or `s3://bucket/key`: what messages call it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Changes when the content does: size and times of a local file, ETag of an object. */
  readonly version: string;
  /** Up to `length` bytes from `offset` into `target`; fewer only at the end of the file. Returns the count. */
  readInto(target: Uint8Array, offset: number, length: number): Promise<number>;
  close(): Promise<void>;
}

/** How much a sequential reader asks for at once: over the network many blocks travel together. */
export function readAheadBytes(path: string): number {
  return isRemote(path) ? 8 * 1024 * 1024 : 1024 * 1024;
}

/**
 * The whole of a file of at most `limitBytes`.
 *
 * @throws ArcFleetError `dataset_invalid` for a larger one, naming both sizes; `dataset_corrupt` when it becomes shorter meanwhile
 */
export async function readWhole(source: ByteSource, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { path, sizeBytes } = source;
  if (sizeBytes > limitBytes) {
    const message = `${path} has ${sizeBytes} bytes; at most ${limitBytes} are read of a file of its kind. See whether it is the right file.`;
    throw new ArcFleetError('dataset_invalid', message, { file: path, sizeBytes, limitBytes });
  }
  const bytes = new Uint8Array(source.sizeBytes);
  const count = await source.readInto(bytes, 0, bytes.length);
  if (count < bytes.length) {
    const message = `${source.path} ends at byte ${count} where ${bytes.length} bytes were found on opening. Read it again when nobody writes to it.`;
    throw new ArcFleetError('dataset_corrupt', message, { file: source.path, byte: count });
  }
  return bytes;
}
