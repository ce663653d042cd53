import { ArcFleetError, type WorkerSlot, type WorkerState, type WorkerView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { jsonb, storableText } from '../storable.js';
import type { Cursor } from './pages.js';

/** A living worker as it is seen now. */
export interface SeenWorker {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly engine: string;
  readonly draining: boolean;
  readonly slots: number;
  readonly busy: readonly WorkerSlot[];
  readonly startedAt: string;
  readonly lastSeenAt: Date;
}

/** Writes what was seen of living workers, in one statement. */
export async function writeWorkers(manager: EntityManager, seen: readonly SeenWorker[]): Promise<void> {
  if (seen.length === 0) return;
  await manager.query(
    `insert into workers (id, host, version, engine, state, slots, busy, started_at, last_seen_at)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::timestamptz[], $9::timestamptz[])
     on conflict (id) do update set state = excluded.state, slots = excluded.slots, busy = excluded.busy, last_seen_at = excluded.last_seen_at`,
    [
      seen.map(({ id }) => storableText(id)),
      seen.map(({ host }) => storableText(host)),
      seen.map(({ version }) => storableText(version)),
      seen.map(({ engine }) => engine),
      seen.map(({ draining }): WorkerState => (draining ? 'draining' : 'live')),
      seen.map(({ slots }) => slots),
      seen.map(({ busy }) => jsonb(busy)),
      seen.map(({ startedAt }) => startedAt),
      seen.map(({ lastSeenAt }) => lastSeenAt),
    ],
  );
}

/**
 * Marks workers that are not seen any more: `left` when they drained and owe no rank, `lost` when they have been silent since
 * `lostBefore`.
 *
 * @param presentIds those that are seen
 */
export async function markGoneWorkers(manager: EntityManager, presentIds: readonly string[], lostBefore: Date): Promise<void> {
  await manager.query(
    `update workers w set busy = '[]', state = case when w.state = 'draining' and not owes.rank then 'left' else 'lost' end
       from (select id, exists (
               select from reservations r where r.worker_id = workers.id
             ) as rank from workers where state in ('live', 'draining') and not (id = any($1))) owes
      where owes.id = w.id and (w.last_seen_at < $2 or (w.state = 'draining' and not owes.rank))`,
    [[...presentIds], lostBefore],
  );
}

/** Workers that shall drain and have not noticed yet. */
export async function findDrainWishes(manager: EntityManager): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select id from workers where state in ('live', 'draining') and state = 'live' and drain_requested_at is not null`,
  );
  return rows.map(({ id }) => id);
}

/** Workers that have been gone since before that time are forgotten. */
export async function forgetWorkers(manager: EntityManager, before: Date): Promise<void> {
  await manager.query(`delete from workers where state in ('left', 'lost') and last_seen_at < $1`, [before]);
}

/** A worker as the API shows it, except for its links. */
export type WorkerDetails = Omit<WorkerView, 'urls'>;

const HOUR_MS = 3_600_000;

const SELECT = `
  select id, host, version, engine, slots, busy, started_at as "startedAt", last_seen_at as "lastSeenAt",
         drain_requested_at as "drainRequestedAt",
         case when state = 'live' and drain_requested_at is not null then 'draining' else state end as state,
         (select count(*)::int from ranks k where k.worker_id = w.id and k.outcome = 'failed' and k.finished_at > $1) as "failedRanksLastHour"
    from workers w`;

type WorkerRow = Omit<WorkerDetails, 'startedAt' | 'lastSeenAt' | 'drainRequestedAt'> & {
  startedAt: Date;
  lastSeenAt: Date;
  drainRequestedAt: Date | null;
};

const toDetails = (row: WorkerRow): WorkerDetails => ({
  ...row,
  startedAt: row.startedAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  drainRequestedAt: row.drainRequestedAt?.toISOString() ?? null,
});

/** Those that started last come first. */
export async function listWorkers(
  manager: EntityManager,
  { limit, after, states }: { limit: number; after?: Cursor; states?: readonly WorkerState[] },
): Promise<{ workers: WorkerDetails[]; next: Cursor | null }> {
  const rows: WorkerRow[] = await manager.query(
    `${SELECT} where ($2::timestamptz is null or (started_at, id) < ($2, $3))
        and ($4::text[] is null or case when state = 'live' and drain_requested_at is not null then 'draining' else state end = any($4))
      order by started_at desc, id desc limit $5`,
    [new Date(Date.now() - HOUR_MS), after?.createdAt ?? null, after?.id ?? null, states ? [...states] : null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    workers: page.map(toDetails),
    next: rows.length > limit && last ? { createdAt: last.startedAt, id: last.id } : null,
  };
}

/** @throws ArcFleetError `not_found`. */
export async function getWorker(manager: EntityManager, id: string): Promise<WorkerDetails> {
  const rows: WorkerRow[] = await manager.query(`${SELECT} where id = $2`, [new Date(Date.now() - HOUR_MS), id]);
  if (rows[0]) return toDetails(rows[0]);
  throw new ArcFleetError('not_found', `There is no worker ${id}; one that is gone is known for a day.`, { workerId: id });
}

/**
 * Records the wish that a worker takes nothing new and leaves when idle; `results` sees to the rest. Asking again changes nothing.
 * @throws ArcFleetError `not_found`, or `conflict` when the worker is gone.
 */
export async function requestDrain(manager: EntityManager, id: string): Promise<void> {
  const [asked]: [unknown[], number] = await manager.query(
    `update workers set drain_requested_at = coalesce(drain_requested_at, now())
      where id = $1 and state in ('live', 'draining') returning id`,
    [id],
  );
  if (asked.length === 0) {
    const { state } = await getWorker(manager, id);
    throw new ArcFleetError('conflict', `The worker ${id} is gone (${state}) and cannot drain.`, { workerId: id, state });
  }
  await manager.query('select pg_notify($1, $2)', [CHANNELS.runs, id]);
}
