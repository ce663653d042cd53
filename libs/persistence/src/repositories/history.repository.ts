import type { EntityManager } from 'typeorm';

/** The newest fires of each schedule stay, however old they are: of one that fires once a year they are all there is to see. */
export const KEPT_FIRES = 100;

/**
 * Deletes fires that were decided longer ago than that, at most `limit`, with their lists of evaluations; those stay. One that waits
 * stays, too.
 * @returns number of fires.
 */
export async function forgetFires(manager: EntityManager, keptDays: number, limit: number): Promise<number> {
  const [, deleted]: [unknown[], number] = await manager.query(
    `delete from schedule_fires where id in (
       select old.id from schedules s cross join lateral (
         select f.id from schedule_fires f
          where f.schedule_id = s.id and f.outcome <> 'waiting' and f.fired_at < now() - $1::int * interval '1 day'
            and f.scheduled_at < (
              select k.scheduled_at from schedule_fires k where k.schedule_id = s.id
               order by k.scheduled_at desc, k.id desc offset $3::int - 1 limit 1)
          order by f.scheduled_at, f.id limit $2 for update skip locked) old
        limit $2)`,
    [keptDays, limit, KEPT_FIRES],
  );
  return deleted;
}

/** Deletes audit events that are older than that, at most `limit`. @returns number of events. */
export async function forgetAuditEvents(manager: EntityManager, keptDays: number, limit: number): Promise<number> {
  const [, deleted]: [unknown[], number] = await manager.query(
    `delete from audit_events where id in (
       select id from audit_events where at < now() - $1::int * interval '1 day' order by at, id limit $2 for update skip locked)`,
    [keptDays, limit],
  );
  return deleted;
}
