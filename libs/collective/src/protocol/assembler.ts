import type { Frame, FrameHeader } from './frame.js';
import { checkDamage, Ledger } from './ledger.js';
import type { Message } from './message.js';
import type { Sink } from './sink.js';

/** Puts a message together from its frames. */
export class Assembler implements Sink {
  readonly #ledger = new Ledger();
  readonly #placed = new Map<number, Uint8Array>();
  #bytes: Uint8Array | null = null;
  #message: Message | null = null;

  get receivedBytes(): number {
    return this.#ledger.receivedBytes;
  }

  /** The whole message; null while chunks are missing. */
  get message(): Message | null {
    return this.#message;
  }

  place(header: FrameHeader, length: number): Uint8Array | null {
    this.#ledger.check(header, length);
    const { chunk, offset } = header;
    if (this.#ledger.has(chunk) || this.#placed.has(chunk)) return null;
    this.#bytes ??= new Uint8Array(header.totalBytes);
    const place = this.#bytes.subarray(offset, offset + length);
    this.#placed.set(chunk, place);
    return place;
  }

  add({ header, data }: Frame): boolean {
    this.#ledger.check(header, data.length);
    checkDamage(header, data);
    if (this.#ledger.has(header.chunk)) return false;
    this.#bytes ??= new Uint8Array(header.totalBytes);
    if (this.#placed.get(header.chunk) !== data) this.#bytes.set(data, header.offset);
    this.#placed.delete(header.chunk);
    if (!this.#ledger.enter(header, data.length)) return false;
    this.#message = { dtype: header.dtype, shape: header.shape, bytes: this.#bytes };
    return true;
  }
}
