import { ArcFleetError } from '#contracts';
import type { DType, Payload } from '../collective.js';
import { checksumOf } from './frame.js';
import type { CallFacts, Frame } from './frame.js';

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

/** Cuts a message into frames of at most `chunkBytes`; an empty message is one empty frame. Data are views, not copies. */
export function* framesOf(message: Message, address: MessageAddress, facts: CallFacts, chunkBytes: number): Generator<Frame> {
  const { bytes, dtype, shape } = message;
  const numChunks = Math.max(1, Math.ceil(bytes.length / chunkBytes));
  for (let chunk = 0; chunk < numChunks; chunk++) {
    const offset = chunk * chunkBytes;
    const data = bytes.subarray(offset, offset + chunkBytes);
    const checksum = checksumOf(data);
    yield { header: { ...facts, ...address, chunk, numChunks, totalBytes: bytes.length, offset, checksum, dtype, shape }, data };
  }
}

/** Puts a message together from its frames, in whatever order and however often they arrive. */
export class Assembler {
  #bytes: Uint8Array | null = null;
  /** Length and start of each chunk that has come. */
  readonly #lengths = new Map<number, number>();
  readonly #starts = new Map<number, number>();
  #receivedBytes = 0;
  #first: Frame['header'] | null = null;

  /** Bytes of the chunks that have come, each counted once. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /**
   * Takes a frame; returns the whole message when this frame was the last missing one, else null.
   * @throws ArcFleetError `collective_mismatch` when frames contradict each other, `collective_lost` when a chunk is damaged.
   */
  add({ header, data }: Frame): Message | null {
    const first = (this.#first ??= header);
    const { from, sequence, chunk } = header;
    const expected = byteLengthOf(header);
    if (header.totalBytes !== expected) {
      const { dtype, shape, totalBytes } = header;
      throw new ArcFleetError(
        'collective_mismatch',
        `Rank ${from} announced ${totalBytes} bytes for sequence ${sequence}, but ${dtype} [${shape.join(', ')}] has ${expected}.`,
        { rank: from, sequence, totalBytes, expected },
      );
    }
    const contradicts =
      header.totalBytes !== first.totalBytes ||
      header.numChunks !== first.numChunks ||
      header.dtype !== first.dtype ||
      header.chunk >= header.numChunks ||
      header.offset + data.length > header.totalBytes ||
      header.shape.length !== first.shape.length ||
      header.shape.some((size, axis) => size !== first.shape[axis]);
    if (contradicts) throw contradiction(header);
    if (checksumOf(data) !== header.checksum) {
      throw new ArcFleetError(
        'collective_lost',
        `Chunk ${chunk} of rank ${from} for sequence ${sequence} arrived damaged (its checksum is wrong).`,
        { rank: from, sequence, chunk },
      );
    }
    if (this.#lengths.has(chunk)) return null;
    this.#bytes ??= new Uint8Array(header.totalBytes);
    this.#bytes.set(data, header.offset);
    this.#lengths.set(chunk, data.length);
    this.#starts.set(chunk, header.offset);
    this.#receivedBytes += data.length;
    if (this.#lengths.size < header.numChunks) return null;
    if (!this.#isTiled()) throw contradiction(header);
    return { dtype: first.dtype, shape: first.shape, bytes: this.#bytes };
  }

  /** True when the chunks lie one behind the other, without a hole and without an overlap. */
  #isTiled(): boolean {
    let end = 0;
    for (let chunk = 0; chunk < this.#lengths.size; chunk++) {
      if (this.#starts.get(chunk) !== end) return false;
      end += this.#lengths.get(chunk)!;
    }
    return end === this.#first!.totalBytes;
  }
}

function contradiction({ from, sequence, chunk }: Frame['header']): ArcFleetError {
  const message = `Chunks of rank ${from} for sequence ${sequence} contradict each other.`;
  return new ArcFleetError('collective_mismatch', message, { rank: from, sequence, chunk });
}

const ELEMENT_BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bytes: 1, bfloat16: 2 };

const ARRAYS = { float32: Float32Array, int32: Int32Array, bytes: Uint8Array, bfloat16: Uint16Array } as const;

function byteLengthOf({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] }): number {
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
