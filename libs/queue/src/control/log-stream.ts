import { CONTROL_TTL_MS, controlKeys, logBatchSchema, type LogBatch } from '#contracts';
import type { Redis } from 'ioredis';
import { parseJson } from './commands.js';
import { throwFirst } from './watermark.js';

/** Bounds the stream while nobody reads: the oldest go. An entry is 64 KiB at most, so that is 128 MiB in the worst case. */
const MAX_ENTRIES = 2_000;

/** Appends batches in order. One that comes twice is told by the numbers of its lines. */
export async function appendLogs(redis: Redis, batches: readonly LogBatch[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const batch of batches) pipeline.xadd(controlKeys.logs, 'MAXLEN', '~', MAX_ENTRIES, '*', 'batch', JSON.stringify(batch));
  pipeline.pexpire(controlKeys.logs, CONTROL_TTL_MS);
  throwFirst(await pipeline.exec());
}

export interface LogEntry {
  readonly id: string;
  /** null: not a batch; `problem` says why. */
  readonly batch: LogBatch | null;
  readonly problem?: string;
}

/** The oldest entries. They stay until {@link removeLogs}: who reads must be the only one who does. */
export async function readLogs(redis: Redis, count: number): Promise<LogEntry[]> {
  const entries = await redis.xrange(controlKeys.logs, '-', '+', 'COUNT', count);
  return entries.map(([id, fields]) => {
    const text = fields[0] === 'batch' ? (fields[1] ?? '') : '';
    const parsed = logBatchSchema.safeParse(parseJson(text));
    if (parsed.success) return { id, batch: parsed.data };
    return { id, batch: null, problem: parsed.error.issues[0]?.message ?? 'not a batch of log lines' };
  });
}

export async function removeLogs(redis: Redis, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await redis.xdel(controlKeys.logs, ...ids);
}
