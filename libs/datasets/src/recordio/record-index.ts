import { ArcFleetError } from '#contracts';
import { readAheadBytes, type ByteSource } from '../bytes/byte-source.js';
import { openByteSource } from '../bytes/open-byte-source.js';
import type { RemoteAccess } from '../bytes/remote-access.js';

/** Records per piece of the growing table: pieces are joined once, so the peak stays below twice the result. */
const PIECE_RECORDS = 1 << 20;
/** `0`, TAB, `0`, LF. */
const MIN_LINE_BYTES = 4;
const TAB = 9;
const LF = 10;
const CR = 13;
const ZERO = 48;
const NINE = 57;

/** A parsed `.idx`: line i says that the record with `keys[i]` starts at byte `offsets[i]`. Lines in file order. */
export interface RecordIndex {
  readonly keys: Uint32Array;
  /** float64, exact to 2^53: files are larger than 4 GiB. */
  readonly offsets: Float64Array;
}

/**
 * Reads an `.idx`: per line a decimal key, TAB, a decimal byte offset, LF, in any order. Read in pieces into typed
 * arrays (12 bytes a record, less than twice that while it grows). Throws `dataset_not_found`, or `dataset_corrupt` naming file, line and byte.
 */
export async function readRecordIndex(path: string, access?: RemoteAccess): Promise<RecordIndex> {
  const source = await openByteSource(path, access);
  try {
    return await parseRecordIndex(source);
  } finally {
    await source.close();
  }
}

/** {@link readRecordIndex} of an open file. */
export async function parseRecordIndex(source: ByteSource): Promise<RecordIndex> {
  const { path } = source;
  const table = new GrowingTable(Math.ceil(source.sizeBytes / MIN_LINE_BYTES));
  let count = 0;
  let byte = 0;
  // State of the line being read, kept across pieces.
  let key = 0;
  let value = 0;
  let digits = 0;
  let hasKey = false;

  const fail = (what: string): ArcFleetError =>
    new ArcFleetError('dataset_corrupt', `${path}: line ${count + 1}: ${what} at byte ${byte}. Expected "key<TAB>offset".`, {
      file: path,
      line: count + 1,
      byte,
    });
  const endLine = (): void => {
    if (!hasKey && digits === 0) return; // an empty line
    if (!hasKey || digits === 0) throw fail('the line is incomplete');
    table.append(key, value);
    count++;
    hasKey = false;
    value = 0;
    digits = 0;
  };

  const chunk = new Uint8Array(Math.min(readAheadBytes(path), source.sizeBytes));
  for (;;) {
    const bytesRead = await source.readInto(chunk, byte, chunk.length);
    if (bytesRead === 0) break;
    for (let i = 0; i < bytesRead; i++, byte++) {
      const character = chunk[i] as number;
      if (character >= ZERO && character <= NINE) {
        value = value * 10 + (character - ZERO);
        if (++digits > 16 || value > Number.MAX_SAFE_INTEGER) throw fail('a number is too large');
      } else if (character === TAB && !hasKey && digits > 0) {
        if (value > 0xffffffff) throw fail(`key ${value} is beyond 2^32`);
        key = value;
        hasKey = true;
        value = 0;
        digits = 0;
      } else if (character === LF) {
        endLine();
      } else if (character !== CR) {
        throw fail(`unexpected byte 0x${character.toString(16).padStart(2, '0')}`);
      }
    }
  }
  endLine();
  return table.finish();
}

/** Keys and offsets in pieces of typed arrays. */
class GrowingTable {
  private readonly keys: Uint32Array[] = [];
  private readonly offsets: Float64Array[] = [];
  private used: number;
  private readonly pieceRecords: number;

  /** @param atMost no more records than that can follow */
  constructor(atMost: number) {
    this.pieceRecords = Math.max(1, Math.min(PIECE_RECORDS, atMost));
    this.used = this.pieceRecords;
  }

  append(key: number, offset: number): void {
    if (this.used === this.pieceRecords) {
      this.keys.push(new Uint32Array(this.pieceRecords));
      this.offsets.push(new Float64Array(this.pieceRecords));
      this.used = 0;
    }
    (this.keys.at(-1) as Uint32Array)[this.used] = key;
    (this.offsets.at(-1) as Float64Array)[this.used] = offset;
    this.used++;
  }

  finish(): RecordIndex {
    const count = this.keys.length === 0 ? 0 : (this.keys.length - 1) * this.pieceRecords + this.used;
    return { keys: this.join(this.keys, new Uint32Array(count)), offsets: this.join(this.offsets, new Float64Array(count)) };
  }

  /** Joins and lets go of the pieces one by one. */
  private join<T extends Uint32Array | Float64Array>(pieces: T[], whole: T): T {
    for (let at = 0; at < whole.length; at += this.pieceRecords) {
      const piece = pieces.shift() as T;
      whole.set(piece.subarray(0, Math.min(piece.length, whole.length - at)), at);
    }
    return whole;
  }
}

/** The positions 0..n-1 in rising order of `values`; values that already rise (the usual case) cost one pass. */
export function risingOrder(values: Uint32Array | Float64Array): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return isRising(values) ? order : order.sort((a, b) => (values[a] as number) - (values[b] as number));
}

/** True where no value is smaller than the one before it. */
export function isRising(values: Uint32Array | Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[i - 1] as number)) return false;
  return true;
}
