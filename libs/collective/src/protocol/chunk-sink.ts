import { ArcFleetError } from '#contracts';
import type { DType } from '../collective.js';
import type { Frame, FrameHeader } from './frame.js';
import { checkDamage, Ledger } from './ledger.js';
import { elementBytesOf } from './message.js';
import type { Sink } from './sink.js';

export interface ChunkSinkOptions {
  readonly dtype: DType;
  /** Number of elements that must come. */
  readonly length: number;
  readonly chunkBytes: number;
  /** Memory for a chunk of that many bytes. */
  readonly memory: (chunk: number, numBytes: number) => Uint8Array;
  /** A chunk has come and lies in the memory that was given for it. Every chunk comes once. */
  readonly take: (chunk: number, data: Uint8Array) => void;
}

/** Hands on a rank's part of a reduction chunk by chunk. All ranks must cut alike, so that chunks can be added as they come. */
export class ChunkSink implements Sink {
  readonly #options: ChunkSinkOptions;
  readonly #ledger = new Ledger();
  readonly #placed = new Map<number, Uint8Array>();

  constructor(options: ChunkSinkOptions) {
    this.#options = options;
  }

  get receivedBytes(): number {
    return this.#ledger.receivedBytes;
  }

  place(header: FrameHeader, length: number): Uint8Array | null {
    this.#check(header, length);
    const { chunk } = header;
    if (this.#ledger.has(chunk) || this.#placed.has(chunk)) return null;
    const place = this.#options.memory(chunk, length);
    this.#placed.set(chunk, place);
    return place;
  }

  add({ header, data }: Frame): boolean {
    this.#check(header, data.length);
    checkDamage(header, data);
    const { chunk } = header;
    if (this.#ledger.has(chunk)) return false;
    const place = this.#placed.get(chunk) ?? this.#options.memory(chunk, data.length);
    this.#placed.delete(chunk);
    if (place !== data) place.set(data);
    this.#options.take(chunk, place);
    return this.#ledger.enter(header, data.length);
  }

  #check(header: FrameHeader, length: number): void {
    const { dtype, length: expected, chunkBytes } = this.#options;
    const { from, sequence, operation, chunk } = header;
    const totalBytes = expected * elementBytesOf(dtype);
    if (header.dtype !== dtype || header.totalBytes !== totalBytes) {
      const sent = header.totalBytes / elementBytesOf(header.dtype);
      throw new ArcFleetError(
        'collective_mismatch',
        `${operation} (sequence ${sequence}): rank ${from} sent ${sent} values of ${header.dtype} instead of ${expected} of ${dtype}.`,
        { sequence, rank: from, length: expected },
      );
    }
    this.#ledger.check(header, length);
    const offset = chunk * chunkBytes;
    if (header.offset === offset && length === Math.min(chunkBytes, totalBytes - offset)) return;
    throw new ArcFleetError(
      'collective_mismatch',
      `${operation} (sequence ${sequence}): rank ${from} does not cut its values into chunks of ${chunkBytes} bytes.`,
      { sequence, rank: from, chunk, chunkBytes },
    );
  }
}
