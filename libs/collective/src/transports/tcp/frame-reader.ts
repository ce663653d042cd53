import type { Socket } from 'node:net';
import { ArcFleetError } from '#contracts';
import { decodeHeader } from '../../protocol/frame.js';
import type { FrameHeader } from '../../protocol/frame.js';
import type { IncomingFrame } from '../../protocol/wire.js';
import { decodeHead, encodeAnswer, HEAD_BYTES, MAX_HEADER_BYTES, MAX_REPORT_BYTES } from './records.js';

/** Heads, headers, and data of small frames are read here; large data go where they belong. */
const SCRATCH_BYTES = 32 << 10;

export interface FrameReaderOptions {
  readonly peer: number;
  /** Consumed bytes after which the peer is told at once, so that its window never closes for long. */
  readonly ackBytes: number;
  readonly place: (header: FrameHeader, length: number) => Uint8Array | null;
  readonly onFrame: (frame: IncomingFrame) => void;
  /** The peer has said goodbye: everything it ever sent has been handed over. */
  readonly onBye: () => void;
  readonly onAbort: (text: string) => void;
  /** The connection is gone, with no goodbye. */
  readonly onGone: (reason: string) => void;
  readonly onLost: (error: ArcFleetError) => void;
}

/** Data of a frame that is still coming. */
interface Partial {
  readonly header: FrameHeader;
  readonly data: Uint8Array;
  filled: number;
}

/**
 * Cuts what one peer sends into frames. The socket reads into the memory that `memory` gives: that of the frame under way when its
 * call has a place for it, so nothing is copied.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #start = 0;
  #end = 0;
  #partial: Partial | null = null;
  #socket: Socket | null = null;
  #numReads = 0;
  #consumedBytes = 0;
  #toldBytes = 0;
  #hasLeft = false;
  #isOver = false;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** From now on the socket's bytes are records. None is taken before `begin`. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => this.#gone(error.message));
    socket.on('close', () => this.#gone('it was closed'));
    socket.pause();
  }

  begin(): void {
    this.#socket?.resume();
  }

  /** Changes with every sign of life of the peer on this connection. */
  get signs(): number {
    return this.#numReads;
  }

  /** Where the next bytes go. */
  memory(): Uint8Array {
    if (this.#partial !== null) return this.#partial.data.subarray(this.#partial.filled);
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (SCRATCH_BYTES - this.#end < HEAD_BYTES + Math.max(MAX_HEADER_BYTES, MAX_REPORT_BYTES)) {
      this.#scratch.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return this.#scratch.subarray(this.#end);
  }

  /** Takes `numBytes` that were read into the last memory given. */
  take(numBytes: number): void {
    if (this.#isOver) return;
    this.#numReads++;
    if (this.#partial === null) this.#end += numBytes;
    else this.#partial.filled += numBytes;
    try {
      this.#finish();
      while (!this.#isOver && this.#partial === null && this.#takeRecord());
    } catch (error) {
      this.end();
      this.#options.onLost(
        error instanceof ArcFleetError
          ? error
          : new ArcFleetError(
              'collective_lost',
              `Reading from rank ${this.#options.peer} failed: ${String(error)}`,
              {},
              { cause: error },
            ),
      );
    }
  }

  /** Tells the peer how much has been consumed; also the sign that this rank lives. */
  answer(isFarewell = false): void {
    this.#toldBytes = this.#consumedBytes;
    if (this.#socket?.writable) this.#socket.write(encodeAnswer({ consumedBytes: this.#consumedBytes, isFarewell }));
  }

  /** Nothing is read or written any more into memory of a call. */
  end(): void {
    this.#isOver = true;
    this.#socket?.pause();
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }

  /** One record of the scratch memory; false when it is not complete. */
  #takeRecord(): boolean {
    const available = this.#end - this.#start;
    if (available < HEAD_BYTES) return false;
    const head = decodeHead(this.#scratch, this.#start);
    if (head === null || this.#hasLeft) throw this.#refusal();
    const { type, headerBytes, dataBytes } = head;
    const small = headerBytes + (type === 'frame' ? 0 : dataBytes);
    if (available < HEAD_BYTES + small) return false;
    const body = this.#scratch.subarray(this.#start + HEAD_BYTES, this.#start + HEAD_BYTES + small);
    this.#start += HEAD_BYTES + small;
    if (type === 'frame') this.#begin(decodeHeader(body, this.#options.peer), dataBytes);
    else if (type === 'abort') this.#options.onAbort(Buffer.from(body).toString());
    else if (type === 'bye') this.#leave();
    return true;
  }

  #begin(header: FrameHeader, dataBytes: number): void {
    const data = this.#options.place(header, dataBytes) ?? new Uint8Array(dataBytes);
    const here = Math.min(dataBytes, this.#end - this.#start);
    data.set(this.#scratch.subarray(this.#start, this.#start + here));
    this.#start += here;
    this.#partial = { header, data, filled: here };
    this.#finish();
  }

  #finish(): void {
    if (this.#partial === null || this.#partial.filled < this.#partial.data.length) return;
    const { header, data } = this.#partial;
    this.#partial = null;
    const consumed = () => {
      this.#consumedBytes += data.length;
      if (this.#consumedBytes - this.#toldBytes >= this.#options.ackBytes) this.answer();
    };
    this.#options.onFrame({ header, data, consumed });
  }

  #leave(): void {
    this.#hasLeft = true;
    this.answer(true);
    this.#options.onBye();
  }

  #refusal(): ArcFleetError {
    const { peer } = this.#options;
    return new ArcFleetError('collective_mismatch', `Rank ${peer} sent something that is no record.`, { rank: peer });
  }

  #gone(reason: string): void {
    if (this.#isOver) return;
    this.destroy();
    if (!this.#hasLeft) this.#options.onGone(reason);
  }
}
