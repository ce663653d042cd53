import { ArcFleetError } from '#contracts';
import { DEFAULT_TIMING } from '../../collective.js';
import type { Collective, CollectiveAddress, CollectiveTiming } from '../../collective.js';
import { WireCollective } from '../../protocol/wire-collective.js';
import { openConnections } from './connections.js';
import { generationKeys } from './keys.js';
import { RedisStreamsWire } from './redis-streams-wire.js';
import { rendezvous } from './rendezvous.js';

export interface RedisStreamsOptions {
  readonly address: CollectiveAddress;
  readonly redisUrl: string;
  readonly timing?: Partial<CollectiveTiming>;
  /** What ranks must have alike, as text. Ranks with different ones refuse each other; one without joins any. */
  readonly token?: string;
  readonly chunkBytes?: number;
  readonly straightReduceBytes?: number;
  /** Unacknowledged payload bytes that a rank may have in Redis. */
  readonly windowBytes?: number;
}

const DEFAULT_WINDOW_BYTES = 32 << 20;
const MIN_TTL_MS = 60_000;

/**
 * Rendezvous of all ranks, then a collective over Redis Streams on the calling thread. Its heartbeat needs that thread's event loop:
 * a trainer uses `connectCollective`, which runs this on a thread of its own.
 * @throws ArcFleetError as `rendezvous` does.
 */
export async function connectRedisStreams(options: RedisStreamsOptions): Promise<Collective> {
  const { address, redisUrl, token = '', chunkBytes, straightReduceBytes, windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const { runId, generation, rank, worldSize } = address;
  const isValid = [generation, rank, worldSize].every(Number.isInteger) && rank >= 0 && rank < worldSize && runId !== '';
  if (!isValid)
    throw new ArcFleetError('config_invalid', `Not the address of a rank: ${JSON.stringify(address)}.`, { ...address });
  const timing: CollectiveTiming = { ...DEFAULT_TIMING, ...options.timing };
  const ttlMs = Math.max(MIN_TTL_MS, 10 * timing.peerTimeoutMs);
  const keys = generationKeys(runId, generation);
  const connections = openConnections(redisUrl, `arcfleet-${runId}-g${generation}-r${rank}`);
  try {
    const nonce = await rendezvous({ address, keys, connections, timing, token, ttlMs });
    const wire = new RedisStreamsWire({ address, keys, connections, timing, nonce, ttlMs, windowBytes });
    return new WireCollective(wire, {
      progressMs: timing.progressMs,
      ...(chunkBytes === undefined ? {} : { chunkBytes }),
      ...(straightReduceBytes === undefined ? {} : { straightReduceBytes }),
    });
  } catch (error) {
    connections.disconnect();
    throw error;
  }
}
