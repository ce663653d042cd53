import type { Server, Socket } from 'node:net';
import { answerHello, HELLO_BYTES, newChallenge } from './handshake.js';

export interface AcceptOptions {
  readonly server: Server;
  readonly secret: string;
  readonly runId: string;
  readonly generation: number;
  readonly rank: number;
  readonly worldSize: number;
  /** Time for a handshake, ms. */
  readonly timeoutMs: number;
  /** A peer wants to read this rank's frames and has proved who it is. */
  readonly onReader: (peer: number, socket: Socket) => void;
}

/** Strangers that may knock at the same time, beside the peers. */
const STRANGERS = 32;

/**
 * Lets each peer in once. Whoever does not prove within the time that it belongs to the generation is hung up on, after at most one
 * hello was read of it; so is who comes when too many are knocking already. Returns what hangs up on all who still knock.
 */
export function acceptReaders(options: AcceptOptions): () => void {
  const { server, secret, runId, generation, rank, worldSize, timeoutMs, onReader } = options;
  const knocking = new Set<Socket>();
  const admitted = new Set<number>();

  const onConnection = (socket: Socket) => {
    if (knocking.size >= worldSize + STRANGERS) {
      socket.destroy();
      return;
    }
    knocking.add(socket);
    const challenge = newChallenge();
    let hello: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    const onClose = () => {
      clearTimeout(timer);
      knocking.delete(socket);
    };
    const onData = (bytes: Buffer) => {
      hello = Buffer.concat([hello, bytes]);
      if (hello.length < HELLO_BYTES) return;
      const answer =
        hello.length > HELLO_BYTES ? null : answerHello(secret, { runId, generation, writer: rank }, challenge, hello);
      const isPeer = answer !== null && answer.reader < worldSize && answer.reader !== rank && !admitted.has(answer.reader);
      if (!isPeer) {
        socket.destroy();
        return;
      }
      admitted.add(answer.reader);
      onClose();
      socket.off('data', onData).off('close', onClose).off('error', ignore);
      socket.pause();
      socket.write(answer.proof);
      onReader(answer.reader, socket);
    };
    socket.on('error', ignore).on('close', onClose).on('data', onData);
    socket.write(challenge);
  };
  server.on('connection', onConnection);
  return () => {
    server.off('connection', onConnection);
    for (const socket of knocking) socket.destroy();
  };
}

/** `close` follows. */
const ignore = () => undefined;
