import { ArcFleetError } from '#contracts';
import type { ByteSource } from '../bytes/byte-source.js';
import { openByteSource } from '../bytes/open-byte-source.js';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { FIRST, LAST, MAX_PART_BYTES, MIDDLE, padded, PART_HEADER_BYTES, RECORD_MAGIC, WHOLE } from './record-format.js';

/** First read of a record: a face image of 112 x 112 usually fits, so that one system call is enough. */
const FIRST_READ_BYTES = 16 * 1024;
/** Nothing in a face data set comes near; a damaged chain of parts must not fill the memory. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** Random access to the records of a `.rec` file, local or `s3://`, by byte offset. Nothing of the file is kept in memory. */
export class RecordFile {
  private constructor(private readonly source: ByteSource) {}

  /** @throws ArcFleetError `dataset_not_found`; for objects also `storage_unavailable` */
  static async open(path: string, access?: RemoteAccess): Promise<RecordFile> {
    return new RecordFile(await openByteSource(path, access));
  }

  get path(): string {
    return this.source.path;
  }

  get sizeBytes(): number {
    return this.source.sizeBytes;
  }

  /** Changes when the content does. */
  get version(): string {
    return this.source.version;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  /** Up to `length` bytes from `offset` into `target`; fewer only at the end of the file. Returns the count. */
  readInto(target: Uint8Array, offset: number, length: number): Promise<number> {
    return this.source.readInto(target, offset, length);
  }

  /**
   * The payload of the record that starts at `offset`, its parts joined.
   * Throws `dataset_corrupt` naming file, record key and the byte at which the file is wrong.
   */
  async read(offset: number, key: number): Promise<Uint8Array> {
    if (offset >= this.sizeBytes) {
      throw this.corrupt(key, offset, `starts at byte ${offset}, but the file has only ${this.sizeBytes}`);
    }
    let window = new Uint8Array(Math.min(FIRST_READ_BYTES, this.sizeBytes - offset));
    let windowStart = offset;
    window = window.subarray(0, await this.readInto(window, offset, window.length));

    const parts: Uint8Array[] = [];
    let total = 0;
    let position = offset;
    for (let first = true; ; first = false) {
      if (position + PART_HEADER_BYTES > windowStart + window.length) {
        window = await this.slice(position, PART_HEADER_BYTES, key);
        windowStart = position;
      }
      const { cflag, length } = this.partHeader(window, position - windowStart, position, key);
      if (first ? cflag !== WHOLE && cflag !== FIRST : cflag !== MIDDLE && cflag !== LAST) {
        throw this.corrupt(key, position, `has a part of kind ${cflag} where a ${first ? 'first' : 'following'} part is due`);
      }
      const start = position + PART_HEADER_BYTES;
      total += length + 4;
      if (total > MAX_RECORD_BYTES) throw this.corrupt(key, position, `is longer than ${MAX_RECORD_BYTES} bytes`);
      const inWindow = start + length <= windowStart + window.length;
      const payload = inWindow
        ? window.subarray(start - windowStart, start - windowStart + length)
        : await this.slice(start, length, key);
      if (cflag === WHOLE) return payload;
      parts.push(payload);
      if (cflag === LAST) return joinParts(parts);
      position = start + padded(length);
    }
  }

  /** Checks magic, kind and length of the part header at `at` in `bytes`, which is byte `position` of the file. */
  partHeader(bytes: Uint8Array, at: number, position: number, key: number): { cflag: number; length: number } {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = view.getUint32(at, true);
    if (magic !== RECORD_MAGIC) {
      throw this.corrupt(
        key,
        position,
        `has no record magic at byte ${position} (found 0x${magic.toString(16).padStart(8, '0')})`,
      );
    }
    const lrec = view.getUint32(at + 4, true);
    const cflag = lrec >>> 29;
    const length = lrec & MAX_PART_BYTES;
    const end = position + PART_HEADER_BYTES + length;
    if (end > this.sizeBytes) {
      throw this.corrupt(key, position, `claims ${length} bytes from byte ${position}, but the file ends at ${this.sizeBytes}`);
    }
    return { cflag, length };
  }

  corrupt(key: number, offset: number, what: string): ArcFleetError {
    const message = `Record ${key} of ${this.path} ${what}. Fetch the file again or rebuild its .idx.`;
    return new ArcFleetError('dataset_corrupt', message, { file: this.path, record: key, byte: offset });
  }

  private async slice(offset: number, length: number, key: number): Promise<Uint8Array<ArrayBuffer>> {
    // A length field is believed only after it was compared with the file's size, so that it cannot ask for memory.
    if (offset + length > this.sizeBytes) {
      throw this.corrupt(key, offset, `needs ${length} bytes at byte ${offset}, but the file ends at ${this.sizeBytes}`);
    }
    const bytes = new Uint8Array(length);
    const count = await this.readInto(bytes, offset, length);
    if (count < length) throw this.corrupt(key, offset + count, `ends at byte ${offset + count}`);
    return bytes;
  }
}

/** Joins the parts of a record with the magic that was dropped between them. */
function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 4 * (parts.length - 1)));
  const view = new DataView(bytes.buffer);
  let at = 0;
  parts.forEach((part, index) => {
    if (index > 0) {
      view.setUint32(at, RECORD_MAGIC, true);
      at += 4;
    }
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}
