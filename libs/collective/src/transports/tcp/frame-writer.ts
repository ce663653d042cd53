import type { Socket } from 'node:net';
import { encodeHeader } from '../../protocol/frame.js';
import type { OutgoingFrame } from '../../protocol/wire.js';
import { ANSWER_BYTES, decodeAnswer, encodeHead, MAX_REPORT_BYTES } from './records.js';
import type { RecordType } from './records.js';

/** While fewer bytes than that lie between this process and the kernel another frame is made: the socket never runs dry. */
const IN_HAND_BYTES = (4 << 20) + 1;

export interface FrameWriterOptions {
  /** Connection that the peer opened to read this rank's frames; the handshake is over and the socket paused. */
  readonly socket: Socket;
  /** Bytes that the peer has not consumed; more than that waits here. */
  readonly windowBytes: number;
  /** The connection is gone; not called after `end`. */
  readonly onGone: (reason: string) => void;
}

interface Waiting {
  readonly frame: OutgoingFrame;
  readonly resolve: () => void;
}

/** Writes frames to one peer: in order, urgent ones first, never more than the window ahead of what the peer has consumed. */
export class FrameWriter {
  readonly #options: FrameWriterOptions;
  readonly #queue: Waiting[] = [];
  readonly #urgent: Waiting[] = [];
  #sentBytes = 0;
  #consumedBytes = 0;
  #inHandBytes = 0;
  #numAnswers = 0;
  #hasWritten = false;
  #isOver = false;
  #rest: Buffer = Buffer.alloc(0);
  #onFarewell!: () => void;
  /** The peer has taken everything up to this rank's goodbye, or is gone. */
  readonly farewell: Promise<void>;

  constructor(options: FrameWriterOptions) {
    this.#options = options;
    this.farewell = new Promise((resolve) => {
      this.#onFarewell = resolve;
    });
    const { socket } = options;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('error', (error) => this.#gone(error.message));
    socket.on('close', () => this.#gone('it was closed'));
    if (socket.destroyed) queueMicrotask(() => this.#gone('it was closed'));
    socket.resume();
  }

  /** Changes with every sign of life of the peer on this connection. */
  get signs(): number {
    return this.#numAnswers;
  }

  /** Resolves when the kernel has the frame, or nobody needs it any more. */
  send(frame: OutgoingFrame, isUrgent: boolean): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      (isUrgent ? this.#urgent : this.#queue).push({ frame, resolve });
      this.#pump();
    });
  }

  /** Says that this rank lives, when nothing else has said so since the last call. */
  keepAlive(): void {
    if (!this.#hasWritten) this.#tell('alive');
    this.#hasWritten = false;
  }

  /** To be called when all frames have been sent. */
  sayBye(): void {
    this.#tell('bye');
  }

  /** A text that is too long is not sent: the abort flag says it. */
  sayAbort(text: string): void {
    const data = Buffer.from(text);
    if (data.length <= MAX_REPORT_BYTES) this.#tell('abort', data);
  }

  /** The peer needs nothing more: what still waits is dropped. */
  end(): void {
    this.#isOver = true;
    for (const { resolve } of [...this.#urgent.splice(0), ...this.#queue.splice(0)]) resolve();
    this.#onFarewell();
  }

  destroy(): void {
    this.end();
    this.#options.socket.destroy();
  }

  #tell(type: RecordType, data: Uint8Array = Buffer.alloc(0)): void {
    if (this.#isOver || this.#options.socket.destroyed) return;
    this.#hasWritten = true;
    this.#options.socket.write(encodeHead({ type, headerBytes: 0, dataBytes: data.length }));
    if (data.length > 0) this.#options.socket.write(data);
  }

  #pump(): void {
    while (this.#inHandBytes < IN_HAND_BYTES) {
      const next = this.#urgent.shift() ?? (this.#hasRoom() ? this.#queue.shift() : undefined);
      if (next === undefined) return;
      this.#write(next);
    }
  }

  #hasRoom(): boolean {
    const first = this.#queue[0];
    const aheadBytes = this.#sentBytes - this.#consumedBytes;
    return first !== undefined && (aheadBytes === 0 || aheadBytes + first.frame.sizeBytes <= this.#options.windowBytes);
  }

  #write({ frame, resolve }: Waiting): void {
    const { socket } = this.#options;
    const { header, data } = frame.frame();
    const headerBytes = encodeHeader(header);
    const head = encodeHead({ type: 'frame', headerBytes: headerBytes.length, dataBytes: data.length });
    this.#sentBytes += data.length;
    this.#inHandBytes += data.length;
    this.#hasWritten = true;
    const written = () => {
      this.#inHandBytes -= data.length;
      resolve();
      if (!this.#isOver) this.#pump();
    };
    socket.cork();
    socket.write(head);
    socket.write(headerBytes, ...(data.length === 0 ? [written] : []));
    if (data.length > 0) socket.write(data, written);
    socket.uncork();
  }

  #onData(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= ANSWER_BYTES) {
      const answer = decodeAnswer(this.#rest.subarray(0, ANSWER_BYTES));
      this.#rest = this.#rest.subarray(ANSWER_BYTES);
      if (answer === null || answer.consumedBytes > this.#sentBytes) {
        this.#gone('it answered something that is no acknowledgement');
        return;
      }
      this.#numAnswers++;
      this.#consumedBytes = Math.max(this.#consumedBytes, answer.consumedBytes);
      if (answer.isFarewell) this.#onFarewell();
    }
    this.#pump();
  }

  #gone(reason: string): void {
    if (this.#isOver) return;
    this.destroy();
    this.#options.onGone(reason);
  }
}
