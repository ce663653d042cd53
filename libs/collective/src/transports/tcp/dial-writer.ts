import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from './endpoint.js';
import { CHALLENGE_BYTES, isProof, makeHello, PROOF_BYTES } from './handshake.js';
import type { Parties } from './handshake.js';

export interface DialOptions {
  readonly endpoint: Endpoint;
  readonly secret: string;
  readonly parties: Parties;
  readonly signal: AbortSignal;
  /** Time for one try, ms. */
  readonly timeoutMs: number;
  /** Takes the socket's bytes once the writer has proved that it belongs to the generation. */
  readonly reader: {
    memory(): Uint8Array;
    take(numBytes: number): void;
    attach(socket: Socket): void;
  };
}

const PAUSE_MS = 200;

/** Opens the connection on which a peer's frames come, again and again until it stands or `signal` ends it; then rejects with why. */
export async function dialWriter(options: DialOptions): Promise<Socket> {
  let reason = 'no answer in time';
  for (;;) {
    try {
      return await dialOnce(options);
    } catch (error) {
      reason = options.signal.aborted ? reason : (error as Error).message;
    }
    if (options.signal.aborted) throw new Error(reason);
    await delay(PAUSE_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

function dialOnce({ endpoint, secret, parties, signal, timeoutMs, reader }: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const greeting = new Uint8Array(CHALLENGE_BYTES + PROOF_BYTES);
    let filled = 0;
    let nonce: Uint8Array | null = null;
    let isThrough = false;

    const refuse = (reason: string) => {
      finish();
      socket.destroy();
      reject(new Error(reason));
    };
    const onError = (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message);
    const onClose = () => refuse('it hung up');
    const onAbort = () => refuse('no answer in time');
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      // The error of a socket that was given up has to be heard by somebody.
      if (isThrough) socket.off('error', onError);
    };

    const onGreeting = (numBytes: number) => {
      filled += numBytes;
      if (filled < CHALLENGE_BYTES) return;
      const challenge = greeting.subarray(0, CHALLENGE_BYTES);
      if (nonce === null) {
        const made = makeHello(secret, parties, challenge);
        nonce = made.nonce;
        socket.write(made.hello);
      }
      if (filled < greeting.length) return;
      if (!isProof(secret, parties, challenge, nonce, greeting.subarray(CHALLENGE_BYTES))) {
        refuse('it does not belong to this generation');
        return;
      }
      isThrough = true;
      finish();
      reader.attach(socket);
      resolve(socket);
    };

    const socket = connect({
      ...endpoint,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 5_000,
      onread: {
        // Never more than the greeting before the proof is checked.
        buffer: () => (isThrough ? reader.memory() : greeting.subarray(filled)),
        callback: (numBytes: number) => {
          if (isThrough) reader.take(numBytes);
          else onGreeting(numBytes);
          return true;
        },
      },
    });
    const timer = setTimeout(() => refuse('no answer in time'), timeoutMs);
    signal.addEventListener('abort', onAbort);
    socket.on('error', onError).on('close', onClose);
  });
}
