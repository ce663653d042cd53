import type { Socket } from 'node:net';
import { Redis } from 'ioredis';

/** One connection per manner of use, so that none waits behind another. */
export interface Connections {
  /** Frames: many megabytes at a time. */
  readonly writer: Redis;
  /** Blocking reads. */
  readonly reader: Redis;
  /** Heartbeats, acknowledgements, aborts. */
  readonly control: Redis;
  /** Text of the latest connection error, for messages. */
  lastError(): string | null;
  /** Address from which this machine reaches Redis. */
  localAddress(): string;
  /** After the rendezvous, for transports that carry frames elsewhere. */
  keepControlOnly(): void;
  disconnect(): void;
}

/**
 * Opens the connections. They reconnect for ever and send unanswered commands again (frames have explicit ids, so a second XADD is
 * harmless); how long an outage may last is decided by the heartbeat, not here.
 */
export function openConnections(redisUrl: string, name: string): Connections {
  let lastError: string | null = null;
  const open = (purpose: string) => {
    const redis = new Redis(redisUrl, {
      connectionName: `${name}-${purpose}`,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: true,
      retryStrategy: (attempt) => Math.min(25 * attempt, 500),
      keepAlive: 5_000,
      // A blocking read is never answered after that; the socket need not wait for it.
      disconnectTimeout: 20,
    });
    redis.on('error', (error: Error) => {
      lastError = error.message || String((error as NodeJS.ErrnoException).code ?? error);
    });
    return redis;
  };
  const [writer, reader, control] = [open('writer'), open('reader'), open('control')];
  return {
    writer,
    reader,
    control,
    lastError: () => lastError,
    // A v4 address of a v6 socket is written with a prefix; a Unix socket has no address.
    localAddress: () => (control.stream as Partial<Socket> | undefined)?.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    keepControlOnly: () => [writer, reader].forEach((redis) => redis.disconnect()),
    disconnect: () => [writer, reader, control].forEach((redis) => redis.disconnect()),
  };
}
