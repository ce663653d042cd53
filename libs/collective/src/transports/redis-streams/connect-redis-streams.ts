import type { Collective } from '../../collective.js';
import { WireCollective } from '../../protocol/wire-collective.js';
import { openConnections } from '../coordination/connections.js';
import { generationKeys, ownStreams } from '../coordination/keys.js';
import { rendezvous } from '../coordination/rendezvous.js';
import { settleOptions } from '../coordination/transport-options.js';
import type { TransportOptions } from '../coordination/transport-options.js';
import { RedisStreamsWire } from './redis-streams-wire.js';

export type RedisStreamsOptions = TransportOptions;

/**
 * Rendezvous of all ranks, then a collective over Redis Streams on the calling thread. Its heartbeat needs that thread's event loop:
 * a trainer uses `connectCollective`, which runs this on a thread of its own.
 * @throws ArcFleetError as `rendezvous` does.
 */
export async function connectRedisStreams(options: RedisStreamsOptions): Promise<Collective> {
  const { address, timing, ttlMs, windowBytes, token, collective } = settleOptions(options);
  const { runId, generation, rank, worldSize } = address;
  const keys = generationKeys(runId, generation);
  const streams = ownStreams(keys, rank, worldSize);
  const connections = openConnections(options.redisUrl, `arcfleet-${runId}-g${generation}-r${rank}`);
  try {
    const nonce = await rendezvous({ address, keys, streams, connections, timing, token, transport: 'redis-streams', ttlMs });
    const wire = new RedisStreamsWire({ address, keys, streams, connections, timing, nonce, ttlMs, windowBytes });
    return new WireCollective(wire, collective);
  } catch (error) {
    connections.disconnect();
    throw error;
  }
}
