import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network between one rank and Redis that can be cut, healed and stopped. */
export interface TcpProxy {
  readonly url: string;
  /** Ends every connection and refuses new ones, until `heal`. */
  cut(): void;
  /** Ends every connection once; new ones work. */
  reset(): void;
  /** Keeps the open connections and carries nothing on them, until `heal`; only on those that were given a name with `part` in it. */
  stall(part?: string): void;
  heal(): void;
  close(): Promise<void>;
}

/** Starts a proxy before the Redis at `redisUrl`. */
export async function openTcpProxy(redisUrl: string): Promise<TcpProxy> {
  const target = new URL(redisUrl);
  /** Both ends of each connection, with the first thing that was said on it: ioredis gives its name there. */
  const pairs = new Map<readonly [Socket, Socket], string>();
  let isCut = false;

  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    pairs.set(pair, '');
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.once('data', (bytes) => pairs.set(pair, bytes.toString()));
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const url = new URL(redisUrl);
  url.port = String((server.address() as AddressInfo).port);
  const sockets = (part = '') => [...pairs].filter(([, greeting]) => greeting.includes(part)).flatMap(([pair]) => pair);
  const reset = () => sockets().forEach((socket) => socket.destroy());
  return {
    url: url.href,
    reset,
    cut: () => {
      isCut = true;
      reset();
    },
    stall: (part) => sockets(part).forEach((socket) => socket.pause()),
    heal: () => {
      isCut = false;
      sockets().forEach((socket) => socket.resume());
    },
    close: () => {
      reset();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
