import { randomUUID } from 'node:crypto';
import type { Collective } from '../collective.js';
import { createInMemoryCollectives } from '../in-memory/create-in-memory-collectives.js';
import { connectCollective } from '../thread/connect-collective.js';
import { connectRedisStreams } from '../transports/redis-streams/connect-redis-streams.js';
import type { TransportOptions } from '../transports/coordination/transport-options.js';
import { connectTcp } from '../transports/tcp/connect-tcp.js';

export type RankOptions = Partial<Omit<TransportOptions, 'address'>> & { readonly runId?: string };

/** Opens all ranks of one generation inside this process. */
export type OpenRanks = (worldSize: number, options: RankOptions & { readonly redisUrl: string }) => Promise<Collective[]>;

const connected =
  (connect: (options: TransportOptions) => Promise<Collective>): OpenRanks =>
  (worldSize, { runId = randomUUID(), ...options }) =>
    Promise.all(
      Array.from({ length: worldSize }, (_, rank) => connect({ ...options, address: { runId, generation: 1, rank, worldSize } })),
    );

/** Every transport that the conformance suite holds to the same promises. */
export const TRANSPORTS: readonly { readonly name: string; readonly isOnThread: boolean; readonly open: OpenRanks }[] = [
  {
    name: 'in-memory',
    isOnThread: false,
    open: (worldSize, { chunkBytes, straightReduceBytes, timing }) =>
      Promise.resolve(
        createInMemoryCollectives(worldSize, {
          ...(chunkBytes === undefined ? {} : { chunkBytes }),
          ...(straightReduceBytes === undefined ? {} : { straightReduceBytes }),
          ...(timing?.progressMs === undefined ? {} : { progressMs: timing.progressMs }),
        }),
      ),
  },
  { name: 'redis-streams', isOnThread: false, open: connected(connectRedisStreams) },
  { name: 'redis-streams on a thread', isOnThread: true, open: connected(connectCollective) },
  { name: 'tcp', isOnThread: false, open: connected((options) => connectTcp(options)) },
  {
    name: 'tcp on a thread',
    isOnThread: true,
    open: connected((options) => connectCollective({ ...options, transport: 'tcp' })),
  },
];

/** Each rank's outcome: `act` is called on all ranks at once. */
export function settle<T>(
  ranks: readonly Collective[],
  act: (rank: Collective, index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(ranks.map(act));
}

export async function closeAll(ranks: readonly Collective[]): Promise<void> {
  await Promise.all(ranks.map((rank) => rank.close()));
}
