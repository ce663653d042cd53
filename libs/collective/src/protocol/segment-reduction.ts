import type { DType, WireType } from '../collective.js';
import { TILE } from './arena.js';
import type { Arena } from './arena.js';
import { ChunkSink } from './chunk-sink.js';
import { elementBytesOf, numChunksOf } from './message.js';
import { maximumTo } from './reduce.js';
import type { Reduction } from './reduce.js';

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
  readonly arena: Arena;
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
    const { own, chunkBytes, arena } = this.#options;
    return new ChunkSink({
      dtype: this.#dtype,
      length: own.length,
      chunkBytes,
      memory: (_chunk, numBytes) => arena.take(numBytes),
      take: (chunk, data) => this.#take(peer, chunk, data),
    });
  }

  #take(peer: number, chunk: number, data: Uint8Array): void {
    const { worldSize, arena } = this.#options;
    let parts = this.#parts.get(chunk);
    if (parts === undefined) this.#parts.set(chunk, (parts = new Map<number, Uint8Array>()));
    parts.set(peer, data);
    if (parts.size < worldSize - 1) return;
    this.#parts.delete(chunk);
    this.#reduce(chunk, parts);
    for (const part of parts.values()) arena.give(part);
  }

  #reduce(chunk: number, parts: ReadonlyMap<number, Uint8Array>): void {
    const { worldSize, own, out, reduction, wire, roundsResult, arena, onReduced } = this.#options;
    const isRounded = wire === 'bfloat16';
    const start = chunk * this.#chunkLength;
    const end = Math.min(own.length, start + this.#chunkLength);
    for (let at = start; at < end; at += TILE) {
      const length = Math.min(TILE, end - at);
      for (let rank = 0; rank < worldSize; rank++) {
        const part = parts.get(rank);
        const values = part === undefined ? this.#own(own.subarray(at, at + length)) : this.#received(part, at - start, length);
        if (rank === 0) arena.setFloats(values);
        else if (reduction === 'sum') arena.addFloats(values);
        else maximumTo(arena.sum(length), values);
      }
      const sum = arena.sum(length);
      out.set(roundsResult && isRounded ? arena.seen(sum) : sum, at);
    }
    onReduced(chunk);
  }

  /** Own values as the peers see them. */
  #own(values: Float32Array): Float32Array {
    return this.#options.wire === 'bfloat16' ? this.#options.arena.seen(values) : values;
  }

  #received({ buffer, byteOffset }: Uint8Array, at: number, length: number): Float32Array {
    if (this.#options.wire === 'float32') return new Float32Array(buffer, byteOffset + 4 * at, length);
    return this.#options.arena.widened(new Uint16Array(buffer, byteOffset + 2 * at, length));
  }
}
