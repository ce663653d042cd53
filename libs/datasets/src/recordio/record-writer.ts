import { open, type FileHandle } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import { FIRST, LAST, MAX_PART_BYTES, MIDDLE, padded, PART_HEADER_BYTES, RECORD_MAGIC, WHOLE } from './record-format.js';

const FLUSH_BYTES = 4 * 1024 * 1024;

/** The bytes of one record: cut at every 4-byte-aligned magic of the payload, as dmlc-core's writer does. */
export function encodeRecord(payload: Uint8Array): Uint8Array {
  const cuts: number[] = [];
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 0; at + 4 <= payload.length; at += 4) if (view.getUint32(at, true) === RECORD_MAGIC) cuts.push(at);

  const parts: Uint8Array[] = [];
  let start = 0;
  for (const cut of [...cuts, payload.length]) {
    parts.push(payload.subarray(start, cut));
    start = cut + 4;
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + PART_HEADER_BYTES + padded(part.length), 0));
  const out = new DataView(bytes.buffer);
  let at = 0;
  parts.forEach((part, index) => {
    if (part.length > MAX_PART_BYTES) {
      throw new ArcFleetError('dataset_invalid', `A record part of ${part.length} bytes does not fit into 29 bits`, {
        length: part.length,
      });
    }
    const isLast = index === parts.length - 1;
    const cflag = parts.length === 1 ? WHOLE : index === 0 ? FIRST : isLast ? LAST : MIDDLE;
    out.setUint32(at, RECORD_MAGIC, true);
    out.setUint32(at + 4, ((cflag << 29) | part.length) >>> 0, true);
    bytes.set(part, at + PART_HEADER_BYTES);
    at += PART_HEADER_BYTES + padded(part.length);
  });
  return bytes;
}

/** Writes a `.rec` and its `.idx`, which is whole after {@link close}. Memory does not grow with the records. */
export class RecordWriter {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private offset = 0;
  private lines: string[] = [];

  private constructor(
    private readonly rec: FileHandle,
    private readonly idx: FileHandle,
  ) {}

  static async create(recPath: string, idxPath: string): Promise<RecordWriter> {
    const rec = await open(recPath, 'w');
    try {
      return new RecordWriter(rec, await open(idxPath, 'w'));
    } catch (error) {
      await rec.close();
      throw error;
    }
  }

  /** Appends a record under `key` and resolves to its byte offset. */
  async append(key: number, payload: Uint8Array): Promise<number> {
    const bytes = encodeRecord(payload);
    const offset = this.offset;
    this.lines.push(`${key}\t${offset}\n`);
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    this.offset += bytes.length;
    if (this.pendingBytes >= FLUSH_BYTES) await this.flush();
    return offset;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.rec.close();
      await this.idx.close();
    }
  }

  private async flush(): Promise<void> {
    if (this.pendingBytes > 0) await this.rec.writeFile(Buffer.concat(this.pending));
    if (this.lines.length > 0) await this.idx.writeFile(this.lines.join(''));
    this.lines = [];
    this.pending = [];
    this.pendingBytes = 0;
  }
}
