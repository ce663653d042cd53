import { ArcFleetError } from '#contracts';
import {
  FIRST,
  IMAGE_HEADER_BYTES,
  LAST,
  MAX_PART_BYTES,
  MIDDLE,
  padded,
  parseRecordHeader,
  PART_HEADER_BYTES,
  RECORD_MAGIC,
  WHOLE,
  type RecordHeader,
} from './record-format.js';

/** Must be a multiple of 4: the file is searched for the magic by aligned words. */
const WINDOW_BYTES = 1024 * 1024;
const MAGIC_WORD = RECORD_MAGIC | 0;
/** Nothing in a face data set comes near; a damaged chain of parts must neither fill the memory nor take for ever. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
const MAX_PARTS = 65_536;
/** A payload by an honest writer holds none; one by a writer that does not cut may hold one by chance. */
const MAX_STRAY_MAGICS = 16;
/** Part positions from which no record is known to end; forgotten when they become too many. */
const MAX_DEAD_ENDS = 1_000_000;

/** What is scanned: an open `.rec`, or bytes that stand for one. */
export interface ScannableFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Up to `length` bytes from `offset` into `target`; fewer only at the end of the file. Returns the count. */
  readInto(target: Uint8Array, offset: number, length: number): Promise<number>;
}

/** A sound record. It and its views are good only until the visitor returns, or its promise settles. */
export interface FoundRecord {
  /** Byte of the file at which it starts. */
  readonly offset: number;
  /** Byte behind its padding. */
  readonly end: number;
  /** Bytes of the payload, the magics between parts included. */
  readonly payloadBytes: number;
  readonly numParts: number;
  /** The image header; undefined when the payload is too short to hold one. */
  readonly header: RecordHeader | undefined;
  /** Value of the header's id field (rounded beyond 2^53); 0 without a header. */
  readonly id: number;
  /** The payload, its parts joined. A view of the scan's own buffer where the record is whole: copy what must live longer. */
  payload(): Promise<Uint8Array>;
}

/** Bytes `start` (inclusive) to `end` (exclusive) of a file that belong to no sound record. */
export interface DamagedRegion {
  readonly start: number;
  readonly end: number;
  readonly why: string;
}

export interface ScanVisitor {
  record(record: FoundRecord): void | Promise<void>;
  damaged(region: DamagedRegion): void | Promise<void>;
}

/**
 * Visits every record of a `.rec` in physical order, without its `.idx`, in one sequential pass of constant memory.
 * Records and damaged regions tile the file: each byte is in exactly one of them.
 *
 * After damage the scan goes on at the next 4-byte-aligned magic that can begin a record. A record whose length is wrong
 * swallows others: a writer leaves no aligned magic in a payload, so one there that begins a record ends the one around it.
 *
 * @throws ArcFleetError `dataset_corrupt` when the file becomes shorter meanwhile; whatever the visitor throws
 */
export function scanRecords(file: ScannableFile, visitor: ScanVisitor): Promise<void> {
  return new Scan(file, visitor).run();
}

/** The error for a damaged region, for those who cannot go on without it. */
export function damagedRegionError(path: string, { start, end, why }: DamagedRegion): ArcFleetError {
  const message =
    `Bytes ${start}..${end} of ${path} are no sound record: ${why}. Fetch the file again; ` +
    '`arcfleet data validate` lists all damage, `arcfleet data convert` keeps what an .idx names.';
  return new ArcFleetError('dataset_corrupt', message, { file: path, byte: start, end });
}

interface PartSpan {
  readonly start: number;
  readonly length: number;
}

type Attempt = { readonly parts: readonly PartSpan[]; readonly end: number } | { readonly why: string };

class Scan {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private windowStart = 0;
  private windowEnd = 0;
  private readonly size: number;
  private readonly deadEnds = new Set<number>();
  /** No record can begin at the aligned bytes of [emptyFrom, emptyTo): found once, not searched again. */
  private emptyFrom = 0;
  private emptyTo = 0;

  constructor(
    private readonly file: ScannableFile,
    private readonly visitor: ScanVisitor,
  ) {
    this.size = file.sizeBytes;
    this.bytes = new Uint8Array(Math.min(WINDOW_BYTES, padded(this.size)));
    this.view = new DataView(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
  }

  async run(): Promise<void> {
    let position = 0;
    let damage: { start: number; why: string } | undefined;
    while (position < this.size) {
      const attempt = await this.recordAt(position);
      if ('why' in attempt) {
        damage ??= { start: position, why: attempt.why };
        position = await this.nextStart(position + 4, this.size);
        continue;
      }
      if (damage) await this.visitor.damaged({ ...damage, end: position });
      damage = undefined;
      await this.visit(position, attempt);
      position = attempt.end;
    }
    if (damage) await this.visitor.damaged({ ...damage, end: this.size });
  }

  /** The parts of the record at `position`, or why there is none. */
  private async recordAt(position: number): Promise<Attempt> {
    const chain = await this.chainAt(position);
    if ('why' in chain) return chain;
    for (const [index, { start, length }] of chain.parts.entries()) {
      const end = Math.min(start + padded(length), this.size);
      // Behind a sound record stands another or nothing: where neither is, its length may be what is wrong.
      const isSure = index < chain.parts.length - 1 || end === this.size || (await this.hasMagicAt(end));
      // Not sure of the end: the lrec of a magic in the last word may lie behind it.
      const inner = await this.swallowed(start, isSure ? end : Math.min(end + 4, this.size), isSure);
      if (inner !== undefined) {
        return {
          why: `the part at byte ${start - PART_HEADER_BYTES} claims ${length} bytes, but a record begins at byte ${inner}`,
        };
      }
    }
    return chain;
  }

  /** Walks from part to part by their headers alone. */
  private async chainAt(position: number): Promise<Attempt> {
    const parts: PartSpan[] = [];
    let total = 0;
    for (let at = position; ;) {
      const part = await this.partAt(at, parts.length === 0);
      if ('why' in part) return this.deadEnd(parts, part.why);
      const start = at + PART_HEADER_BYTES;
      const end = Math.min(start + padded(part.length), this.size);
      parts.push({ start, length: part.length });
      if (part.cflag === WHOLE || part.cflag === LAST) return { parts, end };
      total += part.length + 4;
      if (total > MAX_RECORD_BYTES) return this.deadEnd(parts, `the record is longer than ${MAX_RECORD_BYTES} bytes`);
      if (parts.length >= MAX_PARTS) return this.deadEnd(parts, `the record has more than ${MAX_PARTS} parts`);
      at = end;
    }
  }

  /** Where in a payload another record begins: one that ends in it too, or, where its length is not sure, any. */
  private async swallowed(start: number, end: number, isSure: boolean): Promise<number | undefined> {
    let from = start;
    for (let count = 1; ; count++) {
      const found = await this.nextStart(from, end);
      if (found === end) return undefined;
      await this.need(found, PART_HEADER_BYTES);
      const length = this.view.getUint32(found - this.windowStart + 4, true) & MAX_PART_BYTES;
      if (!isSure || found + PART_HEADER_BYTES + length <= end || count > MAX_STRAY_MAGICS) return found;
      from = found + 4;
    }
  }

  private async partAt(at: number, isFirst: boolean): Promise<{ cflag: number; length: number } | { why: string }> {
    if (at + PART_HEADER_BYTES > this.size) return { why: `the file ends at byte ${this.size}, inside a part header` };
    if (this.deadEnds.has(at)) return { why: `no record ends behind the part at byte ${at}` };
    await this.need(at, PART_HEADER_BYTES);
    const magic = this.view.getUint32(at - this.windowStart, true);
    if (magic !== RECORD_MAGIC) return { why: `no record magic at byte ${at} (found 0x${magic.toString(16).padStart(8, '0')})` };
    const lrec = this.view.getUint32(at - this.windowStart + 4, true);
    const cflag = lrec >>> 29;
    const length = lrec & MAX_PART_BYTES;
    if (isFirst ? cflag !== WHOLE && cflag !== FIRST : cflag !== MIDDLE && cflag !== LAST) {
      return { why: `a part of kind ${cflag} at byte ${at} where a ${isFirst ? 'first' : 'following'} part is due` };
    }
    if (at + PART_HEADER_BYTES + length > this.size) {
      return { why: `the part at byte ${at} claims ${length} bytes, but the file ends at byte ${this.size}` };
    }
    // A record and the header behind it in one read.
    const whole = 2 * PART_HEADER_BYTES + padded(length);
    if (isFirst && whole <= WINDOW_BYTES) await this.need(at, whole);
    return { cflag, length };
  }

  /** Keeps the following parts of a broken chain, so that chains which run into them are not walked again. */
  private deadEnd(parts: readonly PartSpan[], why: string): { why: string } {
    if (this.deadEnds.size > MAX_DEAD_ENDS) this.deadEnds.clear();
    for (let i = 1; i < parts.length; i++) this.deadEnds.add((parts[i] as PartSpan).start - PART_HEADER_BYTES);
    return { why };
  }

  /** First aligned byte in [from, to) where a record can begin that ends inside the file; else `to`. */
  private async nextStart(from: number, to: number): Promise<number> {
    if (from < this.emptyFrom || from > this.emptyTo) this.emptyFrom = this.emptyTo = from;
    let at = this.emptyTo;
    while (at + PART_HEADER_BYTES <= to) {
      await this.need(at, PART_HEADER_BYTES);
      const found = this.words.indexOf(MAGIC_WORD, (at - this.windowStart) / 4);
      const position = this.windowStart + found * 4;
      if (found < 0 || position + PART_HEADER_BYTES > this.windowEnd) {
        // The last word may be a magic whose lrec is in the next window.
        at = Math.max(at + 4, this.windowEnd - 4 - (this.windowEnd % 4));
        this.emptyTo = at;
        continue;
      }
      this.emptyTo = position;
      if (position + PART_HEADER_BYTES > to) break;
      const lrec = this.view.getUint32(position - this.windowStart + 4, true);
      if (lrec >>> 29 <= FIRST && position + PART_HEADER_BYTES + (lrec & MAX_PART_BYTES) <= this.size) return position;
      at = position + 4;
      this.emptyTo = at;
    }
    return to;
  }

  private async hasMagicAt(at: number): Promise<boolean> {
    if (at + PART_HEADER_BYTES > this.size) return false;
    await this.need(at, PART_HEADER_BYTES);
    return this.view.getUint32(at - this.windowStart, true) === RECORD_MAGIC;
  }

  private async visit(offset: number, { parts, end }: { parts: readonly PartSpan[]; end: number }): Promise<void> {
    const first = parts[0] as PartSpan;
    const payloadBytes = parts.reduce((sum, { length }) => sum + length, 4 * (parts.length - 1));
    await this.need(offset, Math.min(end - offset, WINDOW_BYTES));
    let head: Uint8Array = this.bytes.subarray(
      first.start - this.windowStart,
      Math.min(first.start + first.length, this.windowEnd) - this.windowStart,
    );
    let header = parseRecordHeader(head);
    if (header === undefined && head.length < payloadBytes && payloadBytes >= IMAGE_HEADER_BYTES) {
      // Cut inside its header or labels: rare, so it may cost a read of its own.
      head = await this.join(parts, payloadBytes);
      header = parseRecordHeader(head);
    }
    const id = header ? Number(new DataView(head.buffer, head.byteOffset).getBigUint64(8, true)) : 0;
    const done = this.visitor.record({
      offset,
      end,
      payloadBytes,
      numParts: parts.length,
      header,
      id,
      payload: () => this.join(parts, payloadBytes),
    });
    if (done) await done;
  }

  private async join(parts: readonly PartSpan[], payloadBytes: number): Promise<Uint8Array> {
    const [first] = parts;
    if (parts.length === 1 && first && first.start >= this.windowStart && first.start + first.length <= this.windowEnd) {
      return this.bytes.subarray(first.start - this.windowStart, first.start - this.windowStart + first.length);
    }
    const joined = new Uint8Array(payloadBytes);
    const view = new DataView(joined.buffer);
    let at = 0;
    for (const [index, { start, length }] of parts.entries()) {
      if (index > 0) {
        view.setUint32(at, RECORD_MAGIC, true);
        at += 4;
      }
      if ((await this.file.readInto(joined.subarray(at, at + length), start, length)) < length) throw this.shorter(start);
      at += length;
    }
    return joined;
  }

  /** Makes the `length` bytes from the aligned `offset` present in the window; fewer only at the end of the file. */
  private async need(offset: number, length: number): Promise<void> {
    const end = Math.min(offset + length, this.size);
    if (offset >= this.windowStart && end <= this.windowEnd) return;
    const wanted = Math.min(WINDOW_BYTES, this.size - offset);
    const before = this.windowEnd - this.windowStart;
    this.windowStart = offset;
    this.windowEnd = offset + (await this.file.readInto(this.bytes, offset, wanted));
    if (this.windowEnd < end) throw this.shorter(this.windowEnd);
    // What an earlier window left behind must not be found.
    this.bytes.fill(0, this.windowEnd - offset, Math.max(before, this.windowEnd - offset));
  }

  private shorter(byte: number): ArcFleetError {
    const message = `${this.file.path} ended at byte ${byte} while it was read, ${this.size} were there at first. Is it still being written?`;
    return new ArcFleetError('dataset_corrupt', message, { file: this.file.path, byte });
  }
}
