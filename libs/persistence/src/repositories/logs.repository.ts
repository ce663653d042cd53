import {
  ArcFleetError,
  RUN_KIND_FACTS,
  RUN_LOG_LEVELS,
  runKindOf,
  type LogBatch,
  type LogLine,
  type RunLogLevel,
  type RunStatus,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { planLogLines, type LogHead } from '../plan-log-lines.js';
import { jsonb, storableText } from '../storable.js';

/**
 * Adds lines to the log of a run, which must be told of in a transaction of its own: two writers take turns. Lines that are known are
 * skipped, lines of a run that does not exist are dropped.
 *
 * @param maxBytes quota of the run
 * @returns rows written
 */
export async function appendRunLogs(
  manager: EntityManager,
  runId: string,
  batches: readonly LogBatch[],
  { maxBytes, now = new Date() }: { maxBytes: number; now?: Date },
): Promise<number> {
  await manager.query(
    'insert into run_log_heads (run_id, last_at) select id, $2 from runs where id = $1 on conflict (run_id) do nothing',
    [runId, now],
  );
  const heads: LogHead[] = await manager.query(
    `select last_seq as "lastSeq", bytes, is_full as "isFull", cursors from run_log_heads where run_id = $1 for update`,
    [runId],
  );
  if (heads[0] === undefined) return 0;
  const { rows, head } = planLogLines(heads[0], batches, maxBytes);
  if (rows.length > 0) {
    await manager.query(
      `insert into run_logs (run_id, seq, at, generation, rank, level, message, fields)
       select $1, * from unnest($2::int[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[], $8::jsonb[])`,
      [
        runId,
        rows.map(({ seq }) => seq),
        rows.map(({ at }) => at),
        rows.map(({ generation }) => generation),
        rows.map(({ rank }) => rank),
        rows.map(({ level }) => level),
        rows.map(({ message }) => storableText(message)),
        rows.map(({ fields }) => (fields ? jsonb(fields) : null)),
      ],
    );
  }
  await manager.query(
    'update run_log_heads set last_seq = $2, bytes = $3, is_full = $4, cursors = $5, last_at = $6 where run_id = $1',
    [runId, head.lastSeq, head.bytes, head.isFull, jsonb(head.cursors), now],
  );
  if (rows.length > 0) await manager.query('select pg_notify($1, $2)', [CHANNELS.logs, runId]);
  return rows.length;
}

export interface LogFilter {
  readonly ranks?: readonly number[] | undefined;
  readonly generation?: number | undefined;
  readonly levels?: readonly RunLogLevel[] | undefined;
  readonly since?: Date | undefined;
}

export interface LogQuery extends LogFilter {
  readonly order: 'oldest' | 'newest';
  /** `seq` of the last line that was seen, in this order; null: none. */
  readonly after: number | null;
  readonly limit: number;
}

/** Lines of a run's log from a position on; one more than the page holds tells whether there is another. */
export async function readRunLogs(
  manager: EntityManager,
  runId: string,
  { order, after, limit, ranks, generation, levels, since }: LogQuery,
): Promise<{ lines: LogLine[]; next: number | null }> {
  const isForward = order === 'oldest';
  const found: (Omit<LogLine, 'at'> & { at: Date })[] = await manager.query(
    `select seq, at, generation, rank, level, message, fields from run_logs
      where run_id = $1 and seq ${isForward ? '>' : '<'} $2
        and ($3::int[] is null or rank = any($3)) and ($4::int is null or generation = $4)
        and ${levels ? `level in (${literals(levels)})` : 'true'} and ($5::timestamptz is null or at >= $5)
      order by seq ${isForward ? 'asc' : 'desc'} limit $6`,
    [runId, after ?? (isForward ? 0 : 2_147_483_647), ranks ? [...ranks] : null, generation ?? null, since ?? null, limit + 1],
  );
  const lines = found.slice(0, limit).map(({ seq, at, ...line }) => ({ seq, at: at.toISOString(), ...line }));
  return { lines, next: found.length > limit ? (lines.at(-1)?.seq ?? null) : null };
}

/** Not as a parameter: only so Postgres sees that the index of warnings and errors has all that is asked for. */
const literals = (levels: readonly RunLogLevel[]): string =>
  RUN_LOG_LEVELS.filter((level) => levels.includes(level))
    .map((level) => `'${level}'`)
    .join(', ');

/** What says whether lines may still come. */
export interface LogState {
  readonly status: RunStatus;
  readonly finishedAt: Date | null;
  /** `seq` of the last line; 0: there is none. */
  readonly lastSeq: number;
}

/** @throws ArcFleetError `not_found`. */
export async function getLogState(manager: EntityManager, runId: string): Promise<LogState> {
  const rows: LogState[] = await manager.query(
    `select r.status, r.finished_at as "finishedAt", coalesce(h.last_seq, 0) as "lastSeq"
       from runs r left join run_log_heads h on h.run_id = r.id where r.id = $1`,
    [runId],
  );
  if (rows[0]) return rows[0];
  throw new ArcFleetError('not_found', `There is no ${RUN_KIND_FACTS[runKindOf(runId)].noun} ${runId}.`, { runId });
}

/**
 * Removes the logs of some runs that ended, and logged their last, before that time.
 * @returns runs whose logs went; fewer than `limit`: there are no more.
 */
export async function forgetLogs(manager: EntityManager, before: Date, limit: number): Promise<number> {
  const [, count]: [unknown, number] = await manager.query(
    `delete from run_log_heads where run_id in (
       select h.run_id from run_log_heads h join runs r on r.id = h.run_id
        where h.last_at < $1 and r.finished_at < $1 order by h.last_at limit $2)`,
    [before, limit],
  );
  return count;
}
