import type { Server, Socket } from 'node:net';
import type { CollectiveAddress } from '../../collective.js';
import { answerHello, HELLO_BYTES, newChallenge } from './handshake.js';

export interface AcceptOptions {
  readonly server: Server;
  /** Known when all ranks have joined; who comes before waits for it. */
  readonly secret: Promise<string>;
  readonly address: CollectiveAddress;
  /** Time for a handshake, ms. */
  readonly timeoutMs: number;
}

export interface Admission {
  /** Peers that have proved who they are, and the paused connections on which they read this rank's frames. */
  readonly sockets: ReadonlyMap<number, Socket>;
  /** Resolves when all peers have come. */
  readonly complete: Promise<void>;
  /** Hangs up on all who still knock, and lets nobody in any more. */
  stop(): void;
}

/** Strangers that may knock at the same time, beside the peers. */
const STRANGERS = 32;

/**
 * Lets each peer in once. Whoever does not prove within the time that it belongs to the generation is hung up on, after at most one
 * hello was read of it; so is who comes when too many are knocking already.
 */
export function acceptReaders({ server, secret, address, timeoutMs }: AcceptOptions): Admission {
  const { runId, generation, rank, worldSize } = address;
  const knocking = new Set<Socket>();
  const sockets = new Map<number, Socket>();
  let onComplete!: () => void;
  const complete = new Promise<void>((resolve) => {
    onComplete = resolve;
    if (worldSize === 1) resolve();
  });

  const onConnection = (socket: Socket) => {
    socket.on('error', ignore);
    if (knocking.size >= worldSize + STRANGERS) {
      socket.destroy();
      return;
    }
    knocking.add(socket);
    const challenge = newChallenge();
    let hello: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    const forget = () => {
      clearTimeout(timer);
      knocking.delete(socket);
    };
    const check = (known: string) => {
      const answer =
        hello.length > HELLO_BYTES ? null : answerHello(known, { runId, generation, writer: rank }, challenge, hello);
      const isNew = answer !== null && answer.reader < worldSize && answer.reader !== rank && !sockets.has(answer.reader);
      if (!isNew || !knocking.has(socket)) {
        socket.destroy();
        return;
      }
      forget();
      socket.off('data', onData).off('close', forget);
      socket.write(answer.proof);
      sockets.set(answer.reader, socket);
      if (sockets.size === worldSize - 1) onComplete();
    };
    const onData = (bytes: Buffer) => {
      hello = Buffer.concat([hello, bytes]);
      if (hello.length < HELLO_BYTES) return;
      // Nothing more is read before the hello has been checked.
      socket.pause();
      void secret.then(check, ignore);
    };
    socket.on('close', forget).on('data', onData);
    socket.write(challenge);
  };
  server.on('connection', onConnection);
  return {
    sockets,
    complete,
    stop: () => {
      server.off('connection', onConnection);
      server.on('connection', (socket) => socket.on('error', ignore).destroy());
      for (const socket of knocking) socket.destroy();
    },
  };
}

/** `close` follows. */
const ignore = () => undefined;
