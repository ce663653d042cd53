import { ArcFleetError } from '#contracts';
import type { DType, Payload } from '../collective.js';
import { checksumOf } from './frame.js';
import type { CallFacts, Frame } from './frame.js';
import type { OutgoingFrame } from './wire.js';

/** One rank's contribution to one stage of one call, before it is cut into chunks and after it is put together. */
export interface Message {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface MessageAddress {
  readonly generation: number;
  readonly from: number;
  readonly sequence: number;
  readonly stage: number;
}

/** Bytes of a typed array, without a copy. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Cuts a message of `numBytes` into frames of at most `chunkBytes`; an empty message is one empty frame. `dataOf` gives the bytes
 * from one offset to another when the frame is made.
 */
export function* framesOf(
  { dtype, shape, numBytes }: { readonly dtype: DType; readonly shape: readonly number[]; readonly numBytes: number },
  address: MessageAddress,
  facts: CallFacts,
  { chunkBytes, hasChecksums }: { readonly chunkBytes: number; readonly hasChecksums: boolean },
  dataOf: (start: number, end: number) => Uint8Array,
): Generator<OutgoingFrame> {
  const numChunks = numChunksOf(numBytes, chunkBytes);
  for (let chunk = 0; chunk < numChunks; chunk++) {
    const offset = chunk * chunkBytes;
    const end = Math.min(numBytes, offset + chunkBytes);
    let made: Frame | null = null;
    const make = (): Frame => {
      const data = dataOf(offset, end);
      const checksum = hasChecksums ? checksumOf(data) : null;
      return { header: { ...facts, ...address, chunk, numChunks, totalBytes: numBytes, offset, checksum, dtype, shape }, data };
    };
    yield { sequence: address.sequence, sizeBytes: end - offset, frame: () => (made ??= make()) };
  }
}

/** Into how many chunks a message is cut. */
export function numChunksOf(numBytes: number, chunkBytes: number): number {
  return Math.max(1, Math.ceil(numBytes / chunkBytes));
}

const ELEMENT_BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bytes: 1, bfloat16: 2 };

export function elementBytesOf(dtype: DType): number {
  return ELEMENT_BYTES[dtype];
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bytes: Uint8Array, bfloat16: Uint16Array } as const;

export function byteLengthOf({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] }): number {
  return shape.reduce((product, size) => product * size, ELEMENT_BYTES[dtype]);
}

/**
 * Checks a caller's payload and returns it as a message, without a copy.
 * @throws ArcFleetError `shape_mismatch` when the data do not have the length of the shape, or the type of the dtype.
 */
export function messageOf({ dtype, shape, data }: Payload): Message {
  const expected = byteLengthOf({ dtype, shape });
  if (!(data instanceof ARRAYS[dtype]) || data.byteLength !== expected) {
    throw new ArcFleetError(
      'shape_mismatch',
      `A payload of ${dtype} [${shape.join(', ')}] needs ${expected} bytes of that type; got ${data.byteLength} bytes in ${data.constructor.name}.`,
      { dtype, shape, bytes: data.byteLength },
    );
  }
  return { dtype, shape, bytes: bytesOf(data) };
}

/** A received message as a payload over the same memory (an assembler's memory is aligned). */
export function payloadOf({ dtype, shape, bytes }: Message): Payload {
  if (dtype === 'float32') return { dtype, shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
  if (dtype === 'int32') return { dtype, shape, data: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
  if (dtype === 'bfloat16') return { dtype, shape, data: new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) };
  return { dtype, shape, data: bytes };
}
