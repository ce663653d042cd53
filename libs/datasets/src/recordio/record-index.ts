import { open, type FileHandle } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';

const CHUNK_BYTES = 1024 * 1024;
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
 * arrays (12 bytes a record). Throws `dataset_not_found`, or `dataset_corrupt` naming file, line and byte.
 */
export async function readRecordIndex(path: string): Promise<RecordIndex> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    return await parseIndex(path, handle);
  } catch (error) {
    if (error instanceof ArcFleetError) throw error;
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot read ${path}: ${(error as Error).message}`,
      { file: path },
      { cause: error },
    );
  } finally {
    await handle?.close();
  }
}

async function parseIndex(path: string, handle: FileHandle): Promise<RecordIndex> {
  let keys = new Uint32Array(1024);
  let offsets = new Float64Array(1024);
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
    if (count === keys.length) {
      keys = grow(keys, new Uint32Array(count * 2));
      offsets = grow(offsets, new Float64Array(count * 2));
    }
    keys[count] = key;
    offsets[count] = value;
    count++;
    hasKey = false;
    value = 0;
    digits = 0;
  };

  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, null);
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
  return { keys: keys.slice(0, count), offsets: offsets.slice(0, count) };
}

function grow<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The positions 0..n-1 in rising order of `values`; values that already rise (the usual case) cost one pass. */
export function risingOrder(values: Uint32Array | Float64Array): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) < (values[i - 1] as number)) {
      return order.sort((a, b) => (values[a] as number) - (values[b] as number));
    }
  }
  return order;
}
