import type { DType, WireType } from '../collective.js';
import { fromBfloat16, toBfloat16 } from './bfloat16.js';
import type { ChunkPool } from './chunk-pool.js';
import { ChunkSink } from './chunk-sink.js';
import { elementBytesOf, numChunksOf } from './message.js';
import { addTo, maximumTo } from './reduce.js';
import type { Reduction } from './reduce.js';

/** Elements that are reduced at a time: few enough to stay in the first cache. */
const TILE = 2_048;

export interface SegmentReductionOptions {
  readonly rank: number;
  readonly worldSize: number;
  /** This rank's part. */
  readonly own: Float32Array;
  /** For the result; may be the memory of `own`. */
  readonly out: Float32Array;
  readonly reduction: Reduction;
  readonly wire: WireType;
  /** The result is rounded to the type on the wire. */
  readonly roundsResult: boolean;
  readonly chunkBytes: number;
  readonly pool: ChunkPool;
  /** Chunk `chunk` of the result is in `out`. */
  readonly onReduced: (chunk: number) => void;
}

/**
 * Reduces one segment over all ranks, chunk by chunk, as soon as every rank's part of a chunk has come: always in rank order, in
 * float32 after every step, with the own part rounded as the peers see it. So the bits depend on nobody's speed.
 */
export class SegmentReduction {
  readonly #options: SegmentReductionOptions;
  readonly #dtype: DType;
  readonly #chunkLength: number;
  /** Parts of a chunk that have come, by rank. */
  readonly #parts = new Map<number, Map<number, Uint8Array>>();
  readonly #sum = new Float32Array(TILE);
  readonly #part = new Float32Array(TILE);
  readonly #halves = new Uint16Array(TILE);

  constructor(options: SegmentReductionOptions) {
    this.#options = options;
    this.#dtype = options.wire;
    this.#chunkLength = options.chunkBytes / elementBytesOf(this.#dtype);
    if (options.worldSize > 1) return;
    const numChunks = numChunksOf(options.own.length, this.#chunkLength);
    for (let chunk = 0; chunk < numChunks; chunk++) this.#reduce(chunk, new Map());
  }

  /** Takes the part of rank `peer`. */
  sinkOf(peer: number): ChunkSink {
    const { own, chunkBytes, pool } = this.#options;
    return new ChunkSink({
      dtype: this.#dtype,
      length: own.length,
      chunkBytes,
      memory: (_chunk, numBytes) => pool.take(numBytes),
      take: (chunk, data) => this.#take(peer, chunk, data),
    });
  }

  #take(peer: number, chunk: number, data: Uint8Array): void {
    const { worldSize, pool } = this.#options;
    let parts = this.#parts.get(chunk);
    if (parts === undefined) this.#parts.set(chunk, (parts = new Map<number, Uint8Array>()));
    parts.set(peer, data);
    if (parts.size < worldSize - 1) return;
    this.#parts.delete(chunk);
    this.#reduce(chunk, parts);
    for (const part of parts.values()) pool.give(part);
  }

  #reduce(chunk: number, parts: ReadonlyMap<number, Uint8Array>): void {
    const { worldSize, own, out, reduction, wire, roundsResult, onReduced } = this.#options;
    const isRounded = wire === 'bfloat16';
    const start = chunk * this.#chunkLength;
    const end = Math.min(own.length, start + this.#chunkLength);
    for (let at = start; at < end; at += TILE) {
      const length = Math.min(TILE, end - at);
      const sum = this.#sum.subarray(0, length);
      for (let rank = 0; rank < worldSize; rank++) {
        const part = parts.get(rank);
        const values =
          part === undefined
            ? this.#seen(own.subarray(at, at + length), isRounded)
            : this.#received(part, at - start, length, isRounded);
        if (rank === 0) sum.set(values);
        else if (reduction === 'sum') addTo(sum, values);
        else maximumTo(sum, values);
      }
      out.set(roundsResult ? this.#seen(sum, isRounded) : sum, at);
    }
    onReduced(chunk);
  }

  /** Values as the peers see them. */
  #seen(values: Float32Array, isRounded: boolean): Float32Array {
    if (!isRounded) return values;
    return fromBfloat16(toBfloat16(values, this.#halves.subarray(0, values.length)), this.#part.subarray(0, values.length));
  }

  #received({ buffer, byteOffset }: Uint8Array, at: number, length: number, isRounded: boolean): Float32Array {
    if (!isRounded) return new Float32Array(buffer, byteOffset + 4 * at, length);
    return fromBfloat16(new Uint16Array(buffer, byteOffset + 2 * at, length), this.#part.subarray(0, length));
  }
}
