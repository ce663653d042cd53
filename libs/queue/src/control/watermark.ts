import { CONTROL_TTL_MS, controlKeys, type RankAddress } from '#contracts';
import type { Redis } from 'ioredis';

/** How far a rank's record channel is committed, and whose channel it is. */
export interface Watermark {
  /** All records below are committed in Postgres. */
  nextSeq: number;
  /** The worker whose claim stands. */
  workerId: string;
}

/** Writes watermarks and wakes the supervisors that wait for them. Last writer wins: all say what Postgres says. */
export async function writeWatermarks(redis: Redis, marks: readonly (RankAddress & Watermark)[]): Promise<void> {
  if (marks.length === 0) return;
  const pipeline = redis.pipeline();
  for (const { runId, generation, rank, nextSeq, workerId } of marks) {
    const key = controlKeys.watermark(runId, generation);
    pipeline.hset(key, String(rank), `${nextSeq}/${workerId}`);
    pipeline.pexpire(key, CONTROL_TTL_MS);
    pipeline.publish(controlKeys.watermarkChannel, `${runId}/${generation}/${rank}/${nextSeq}/${workerId}`);
  }
  throwFirst(await pipeline.exec());
}

/** null: nothing known (yet, or any more). */
export async function readWatermark(redis: Redis, { runId, generation, rank }: RankAddress): Promise<Watermark | null> {
  const text = await redis.hget(controlKeys.watermark(runId, generation), String(rank));
  return text === null ? null : parseWatermark(text);
}

/** The payload of {@link controlKeys.watermarkChannel}; null when it is not one. */
export function parseWatermarkHint(payload: string): (RankAddress & Watermark) | null {
  const [runId, generation, rank, ...rest] = payload.split('/');
  const mark = parseWatermark(rest.join('/'));
  if (runId === undefined || mark === null) return null;
  const address = { runId, generation: Number(generation), rank: Number(rank) };
  return Number.isInteger(address.generation) && Number.isInteger(address.rank) ? { ...address, ...mark } : null;
}

function parseWatermark(text: string): Watermark | null {
  const slash = text.indexOf('/');
  const nextSeq = Number(text.slice(0, slash));
  return slash > 0 && Number.isInteger(nextSeq) ? { nextSeq, workerId: text.slice(slash + 1) } : null;
}

/** A pipeline answers with one error per command; the first one is thrown. */
export function throwFirst(results: [Error | null, unknown][] | null): unknown[] {
  if (results === null) throw new Error('the Redis transaction was discarded');
  return results.map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}
