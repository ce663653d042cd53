/** Idle buffers that are kept; more than that go back to the collector. */
const KEPT = 16;

/** Buffers of one chunk that are used again and again: fresh memory costs more than what is done with it. */
export class ChunkPool {
  readonly #chunkBytes: number;
  readonly #idle: ArrayBuffer[] = [];

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  /** A buffer of `length` bytes, at most one chunk, with anything in it. */
  take(length: number): Uint8Array {
    return new Uint8Array(this.#idle.pop() ?? new ArrayBuffer(this.#chunkBytes), 0, length);
  }

  /** Gives back a buffer that was taken here and that nobody reads or writes any more. */
  give(taken: Uint8Array): void {
    if (this.#idle.length < KEPT) this.#idle.push(taken.buffer as ArrayBuffer);
  }
}
