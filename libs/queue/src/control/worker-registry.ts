import {
  CONTROL_TTL_MS,
  controlKeys,
  fleetDemandSchema,
  workerRecordSchema,
  WORKER_TTL_MS,
  type FleetDemand,
  type WorkerRecord,
} from '#contracts';
import type { Redis } from 'ioredis';
import { parseJson } from './commands.js';
import { throwFirst } from './watermark.js';

/** How long a worker that no longer beats stays in the index. */
const FORGET_MS = 10 * WORKER_TTL_MS;

/** One beat: the worker's own description, gone by itself when the worker is. Answers whether it is asked to retire. */
export async function beat(redis: Redis, record: WorkerRecord): Promise<{ retire: boolean }> {
  const now = Date.parse(record.at);
  const [, , retire] = throwFirst(
    await redis
      .pipeline()
      .set(controlKeys.worker(record.workerId), JSON.stringify(record), 'PX', WORKER_TTL_MS)
      .zadd(controlKeys.workers, now, record.workerId)
      .get(controlKeys.retire(record.workerId))
      .zremrangebyscore(controlKeys.workers, '-inf', now - FORGET_MS)
      .exec(),
  );
  return { retire: retire === '1' };
}

/** A worker that leaves says so: nobody has to wait for its record to expire. */
export async function leave(redis: Redis, workerId: string): Promise<void> {
  throwFirst(
    await redis
      .pipeline()
      .del(controlKeys.worker(workerId), controlKeys.retire(workerId))
      .zrem(controlKeys.workers, workerId)
      .exec(),
  );
}

/** All workers with a record; one that is asked to retire counts as draining at once, before it has noticed itself. */
export async function readWorkers(redis: Redis): Promise<WorkerRecord[]> {
  const ids = await redis.zrange(controlKeys.workers, 0, -1);
  if (ids.length === 0) return [];
  const texts = await redis.mget([...ids.map(controlKeys.worker), ...ids.map(controlKeys.retire)]);
  return ids.flatMap((_id, index) => {
    const parsed = workerRecordSchema.safeParse(parseJson(texts[index] ?? ''));
    if (!parsed.success) return [];
    return [{ ...parsed.data, draining: parsed.data.draining || texts[ids.length + index] === '1' }];
  });
}

/** Tells autoscalers what is wanted; expires, since a demand that nobody renews means nothing. */
export async function writeDemand(redis: Redis, demand: FleetDemand): Promise<void> {
  await redis.set(controlKeys.demand, JSON.stringify(demand), 'PX', 60_000);
}

/** null: nobody has said what is wanted, or not for a while. */
export async function readDemand(redis: Redis): Promise<FleetDemand | null> {
  const text = await redis.get(controlKeys.demand);
  if (text === null) return null;
  const parsed = fleetDemandSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** Asks a worker to take no more jobs and to leave when idle; it notices at its next beat. */
export async function requestRetire(redis: Redis, workerId: string): Promise<void> {
  await redis.set(controlKeys.retire(workerId), '1', 'PX', CONTROL_TTL_MS);
}
