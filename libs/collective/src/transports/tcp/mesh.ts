import type { Socket } from 'node:net';
import { ArcFleetError } from '#contracts';
import type { CollectiveAddress } from '../../collective.js';
import type { Admission } from './accept-readers.js';
import { dialWriter } from './dial-writer.js';
import type { DialOptions } from './dial-writer.js';
import type { Endpoint } from './endpoint.js';

export interface MeshOptions {
  /** Lets the peers in. */
  readonly admission: Admission;
  readonly secret: string;
  readonly address: CollectiveAddress;
  /** Of the peers, by rank. */
  readonly endpoints: ReadonlyMap<number, Endpoint>;
  /** Takes what a peer writes. */
  readonly readerOf: (peer: number) => DialOptions['reader'];
  readonly timeoutMs: number;
  /** Resolves when the generation has ended meanwhile. */
  readonly failed: Promise<ArcFleetError>;
}

export interface Mesh {
  /** Connections on which peers read this rank's frames, paused. */
  readonly sockets: ReadonlyMap<number, Socket>;
}

/** Longest time for one connection and its handshake. */
export const HANDSHAKE_MS = 5_000;

/**
 * Connects this rank with every peer, twice: it opens the connection on which it reads a peer's frames, and the peer opens the one
 * on which it reads this rank's.
 * @throws ArcFleetError `rendezvous_timeout`, naming the peers that cannot be reached or do not come; what `failed` says.
 */
export async function buildMesh(options: MeshOptions): Promise<Mesh> {
  const { admission, secret, address, endpoints, readerOf, failed } = options;
  const { runId, generation, rank, worldSize } = address;
  const { sockets } = admission;
  const timeoutMs = Math.min(HANDSHAKE_MS, options.timeoutMs);
  const opened: Socket[] = [];
  const unreachable = new Map<number, string>();
  const giveUp = new AbortController();
  const late = setTimeout(() => giveUp.abort(), options.timeoutMs);

  const tooLate = new Promise<void>((resolve) => giveUp.signal.addEventListener('abort', () => resolve()));
  const allCame = Promise.race([admission.complete, tooLate]);
  const dials = Array.from(endpoints, async ([peer, endpoint]) => {
    const parties = { runId, generation, reader: rank, writer: peer };
    try {
      opened.push(await dialWriter({ endpoint, secret, parties, signal: giveUp.signal, timeoutMs, reader: readerOf(peer) }));
    } catch (error) {
      unreachable.set(peer, `${endpoint.host}:${endpoint.port} (${(error as Error).message})`);
    }
  });
  try {
    const error = await Promise.race([failed, Promise.all([allCame, ...dials]).then(() => null)]);
    if (error !== null) throw error;
    if (unreachable.size > 0 || sockets.size < worldSize - 1) throw missing(address, unreachable, sockets);
    return { sockets };
  } catch (error) {
    for (const socket of [...opened, ...sockets.values()]) socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
    giveUp.abort();
  }
}

function missing(
  { runId, generation, rank, worldSize }: CollectiveAddress,
  unreachable: ReadonlyMap<number, string>,
  sockets: ReadonlyMap<number, Socket>,
): ArcFleetError {
  const absent = Array.from({ length: worldSize }, (_, peer) => peer).filter((peer) => peer !== rank && !sockets.has(peer));
  const parts = [
    ...Array.from(unreachable, ([peer, where]) => `it cannot reach rank ${peer} at ${where}`),
    ...(absent.length > 0 ? [`rank ${absent.join(', ')} did not connect to it`] : []),
  ];
  return new ArcFleetError(
    'rendezvous_timeout',
    `Run ${runId}, generation ${generation}, rank ${rank}: all ranks came, but ${parts.join(', and ')}. Workers of the tcp transport must reach each other: set ARCFLEET_ADVERTISE_HOST and ARCFLEET_TCP_PORTS on them, or use redis-streams.`,
    { runId, generation, rank, unreachable: Object.fromEntries(unreachable), absent },
  );
}
