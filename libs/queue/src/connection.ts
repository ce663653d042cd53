import { ArcFleetError } from '#contracts';
import { Redis } from 'ioredis';

/**
 * `blocking`: for BullMQ workers and blocking reads; commands wait for the connection for as long as it takes.
 * `fail-fast`: a command fails at once while there is no connection; for whoever has something better to do than wait.
 */
export type RedisRole = 'blocking' | 'fail-fast';

/** Reconnects for ever: 50 ms, 100 ms, ... 2 s. */
const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt - 1, 10), 2_000);

/**
 * A connection that re-opens itself. The caller closes it and listens to `error`, which is only information.
 *
 * @throws ArcFleetError `config_invalid` when the URL is not a Redis URL.
 */
export function createRedis(url: string, role: RedisRole): Redis {
  if (!/^rediss?:\/\//.test(url)) {
    throw new ArcFleetError('config_invalid', 'A Redis URL must begin with redis:// or rediss://', { field: 'redisUrl' });
  }
  return role === 'blocking'
    ? new Redis(url, { maxRetriesPerRequest: null, retryStrategy: reconnectDelayMs })
    : new Redis(url, {
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        // A half-open connection must not swallow commands: what is not answered in time failed.
        commandTimeout: 5_000,
        retryStrategy: reconnectDelayMs,
      });
}

/** Resolves once the connection can carry commands (at once if it already can). */
export async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
}
