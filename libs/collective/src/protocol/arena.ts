import { STRIDE, vectorModule } from './vector-code.js';

/** Elements that are worked on at a time: few enough to stay in the first caches. */
export const TILE = 2_048;

/** Chunks that lie where the vector code reaches them; more than that are copied there piece by piece. */
const NUM_SLOTS = 16;
const PAGE_BYTES = 65_536;

type VectorFunction = (from: number, to: number, numBytes: number) => void;

/** The part of the WebAssembly interface that is used here; TypeScript has it only in its browser library. */
interface WebAssemblyInterface {
  readonly Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}
const wasm = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
let module: object | null = null;

/**
 * Memory for chunks that is used again and again (fresh memory costs more than what is done with it), and vector code that works in
 * it: sums in float32 and rounding to bfloat16.
 */
export class Arena {
  readonly #chunkBytes: number;
  readonly #memory: ArrayBuffer;
  readonly #idle: Uint8Array[] = [];
  readonly #add: VectorFunction;
  readonly #round: VectorFunction;
  readonly #widen: VectorFunction;
  /** The running sum, a part of it, and the bits of a part, one tile each. */
  readonly #sum: Float32Array;
  readonly #part: Float32Array;
  readonly #halves: Uint16Array;

  /** `chunkBytes`: size of the largest chunk. */
  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
    const slotBytes = STRIDE * Math.ceil(chunkBytes / STRIDE);
    const tileBytes = 4 * TILE;
    const slotsAt = 3 * tileBytes;
    // What is read beyond the last slot, because lengths are rounded up, is never used.
    const numBytes = slotsAt + NUM_SLOTS * slotBytes + STRIDE;
    const memory = new wasm.Memory({ initial: Math.ceil(numBytes / PAGE_BYTES) });
    module ??= new wasm.Module(vectorModule());
    const { add, round, widen } = new wasm.Instance(module, { env: { memory } }).exports;
    [this.#add, this.#round, this.#widen] = [add, round, widen] as [VectorFunction, VectorFunction, VectorFunction];
    this.#memory = memory.buffer;
    this.#sum = new Float32Array(this.#memory, 0, TILE);
    this.#part = new Float32Array(this.#memory, tileBytes, TILE);
    this.#halves = new Uint16Array(this.#memory, 2 * tileBytes, TILE);
    for (let slot = NUM_SLOTS - 1; slot >= 0; slot--) {
      this.#idle.push(new Uint8Array(this.#memory, slotsAt + slot * slotBytes, chunkBytes));
    }
  }

  /** `length` bytes, at most one chunk, with anything in them. */
  take(length: number): Uint8Array {
    const slot = this.#idle.pop();
    return slot === undefined ? new Uint8Array(length) : slot.subarray(0, length);
  }

  /** Gives back what was taken and what nobody reads or writes any more. */
  give({ buffer, byteOffset }: Uint8Array): void {
    if (buffer === this.#memory) this.#idle.push(new Uint8Array(this.#memory, byteOffset, this.#chunkBytes));
  }

  /** The running sum becomes `values`, at most a tile of them. */
  setFloats(values: Float32Array): void {
    this.#sum.set(values);
  }

  /** Adds `values`, at most a tile of them, to the running sum. */
  addFloats(values: Float32Array): void {
    const { buffer, byteOffset, byteLength } = values;
    if (buffer === this.#memory) return this.#add(0, byteOffset, byteLength);
    this.#part.set(values);
    this.#add(0, this.#part.byteOffset, byteLength);
  }

  /** The running sum: `length` values, valid until it changes. */
  sum(length: number): Float32Array {
    return this.#sum.subarray(0, length);
  }

  /** float32 -> bfloat16, as `toBfloat16`, any number of them. */
  round(values: Float32Array, halves: Uint16Array): void {
    for (let at = 0; at < values.length; at += TILE) {
      const numTile = Math.min(TILE, values.length - at);
      this.#part.set(values.subarray(at, at + numTile));
      // Only whole tiles are written where they belong: what is rounded up must not run over.
      const isInPlace = halves.buffer === this.#memory && numTile === TILE;
      const to = isInPlace ? halves.byteOffset + 2 * at : this.#halves.byteOffset;
      this.#round(this.#part.byteOffset, to, 4 * numTile);
      if (!isInPlace) halves.set(this.#halves.subarray(0, numTile), at);
    }
  }

  /** bfloat16 -> float32, as `fromBfloat16`, any number of them. */
  widen(halves: Uint16Array, values: Float32Array): void {
    for (let at = 0; at < values.length; at += TILE) {
      const numTile = Math.min(TILE, values.length - at);
      values.set(this.widened(halves.subarray(at, at + numTile)), at);
    }
  }

  /** At most a tile of bfloat16 as float32, valid until the next call. */
  widened(halves: Uint16Array): Float32Array {
    let from = halves.byteOffset;
    if (halves.buffer !== this.#memory) {
      this.#halves.set(halves);
      from = this.#halves.byteOffset;
    }
    this.#widen(from, this.#part.byteOffset, 4 * halves.length);
    return this.#part.subarray(0, halves.length);
  }

  /** At most a tile of float32 as the peers see them after rounding, valid until the next call. */
  seen(values: Float32Array): Float32Array {
    const halves = this.#halves.subarray(0, values.length);
    this.round(values, halves);
    return this.widened(halves);
  }
}
