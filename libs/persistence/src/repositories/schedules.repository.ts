import { ArcFleetError, type CreateSchedule } from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { ScheduleEntity } from '../entities/schedule.entity.js';
import { newId } from '../ids.js';
import { readPage, type Cursor, type ListOptions } from './pages.js';

export type StoredSchedule = ScheduleEntity;

/** What a client decides about a schedule. */
export type ScheduleFields = Omit<CreateSchedule, 'paused'> & {
  readonly pausedAt: Date | null;
  /** When it fires next; null: paused. */
  readonly nextAt: Date | null;
};

/** Writes a schedule. Must run in a transaction. @throws ArcFleetError `conflict` when the name is taken. */
export async function createSchedule(manager: EntityManager, fields: ScheduleFields): Promise<StoredSchedule> {
  const now = new Date();
  const schedule = Object.assign(new ScheduleEntity(), fields, { id: newId('sch'), revision: 1, createdAt: now, updatedAt: now });
  await refuseTakenName(manager, schedule);
  await manager.insert(ScheduleEntity, { ...schedule });
  await tell(manager, schedule.id);
  return schedule;
}

/** `lock`: nobody else changes it, and no time of it fires, until the transaction ends. @throws ArcFleetError `not_found`. */
export async function getSchedule(manager: EntityManager, id: string, { lock = false } = {}): Promise<StoredSchedule> {
  const query = manager.createQueryBuilder(ScheduleEntity, 'schedule').where('schedule.id = :id', { id });
  const schedule = await (lock ? query.setLock('pessimistic_write') : query).getOne();
  if (!schedule) throw new ArcFleetError('not_found', `There is no schedule ${id}.`, { scheduleId: id });
  return schedule;
}

/** Newest first. */
export function listSchedules(
  manager: EntityManager,
  { paused, name, ...page }: Pick<ListOptions, 'limit' | 'after'> & { readonly paused?: boolean; readonly name?: string },
): Promise<{ rows: StoredSchedule[]; next: Cursor | null }> {
  const query = manager.createQueryBuilder(ScheduleEntity, 'schedule');
  if (paused !== undefined) query.andWhere(`schedule.pausedAt is ${paused ? 'not null' : 'null'}`);
  if (name !== undefined) query.andWhere('schedule.name = :name', { name });
  return readPage(query, page);
}

/** Changes a schedule that is locked; its revision goes up. @throws ArcFleetError `conflict` when the name is taken. */
export async function updateSchedule(
  manager: EntityManager,
  schedule: StoredSchedule,
  changes: Partial<ScheduleFields>,
): Promise<StoredSchedule> {
  const changed = Object.assign(new ScheduleEntity(), schedule, changes, {
    revision: schedule.revision + 1,
    updatedAt: new Date(),
  });
  if (changed.name !== schedule.name) await refuseTakenName(manager, changed);
  const { id, createdAt: _, ...columns } = changed;
  await manager.update(ScheduleEntity, { id }, columns);
  await tell(manager, id);
  return changed;
}

/** Removes a schedule with the list of its fires; the evaluations stay. */
export async function deleteSchedule(manager: EntityManager, id: string): Promise<void> {
  await manager.delete(ScheduleEntity, { id });
  await tell(manager, id);
}

/** Schedules that are to tick, in order of their ids. */
export async function listTicking(
  manager: EntityManager,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<{ id: string; cron: string; timezone: string }[]> {
  return manager.query('select id, cron, timezone from schedules where next_at is not null and id > $1 order by id limit $2', [
    afterId,
    limit,
  ]);
}

/** Ids of schedules with a time that is due, the longest due first; those named in `except` are left out. */
export async function findDueSchedules(
  manager: EntityManager,
  { now, limit, except = [] }: { readonly now: Date; readonly limit: number; readonly except?: readonly string[] },
): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    'select id from schedules where next_at is not null and next_at <= $1 and id <> all($3::text[]) order by next_at limit $2',
    [now, limit, except],
  );
  return rows.map(({ id }) => id);
}

/** When anything is due next; null: never. */
export async function findNextDueTime(manager: EntityManager): Promise<Date | null> {
  const rows: { at: Date | null }[] = await manager.query('select min(next_at) as at from schedules where next_at is not null');
  return rows[0]?.at ?? null;
}

/** Locks the schedule if it has a time that is due; null: it has none (any more), is paused, or is gone. */
export async function lockDueSchedule(
  manager: EntityManager,
  id: string,
  now: Date,
): Promise<(StoredSchedule & { nextAt: Date }) | null> {
  const schedule = await manager
    .createQueryBuilder(ScheduleEntity, 'schedule')
    .setLock('pessimistic_write')
    .where('schedule.id = :id and schedule.nextAt <= :now', { id, now })
    .getOne();
  return schedule as (StoredSchedule & { nextAt: Date }) | null;
}

/** Everything before `nextAt` is decided. */
export async function moveSchedule(manager: EntityManager, id: string, nextAt: Date | null): Promise<void> {
  await manager.query('update schedules set next_at = $2 where id = $1', [id, nextAt]);
}

/** The unique index has the last word; this says it in words. */
async function refuseTakenName(manager: EntityManager, { id, name }: StoredSchedule): Promise<void> {
  await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`arcfleet:schedule:${name}`]);
  const other = await manager.findOneBy(ScheduleEntity, { name });
  if (!other || other.id === id) return;
  throw new ArcFleetError('conflict', `The schedule ${other.id} has the name ${name} already; choose another.`, {
    scheduleId: other.id,
    fieldErrors: [{ pointer: '/name', message: 'is taken' }],
  });
}

async function tell(manager: EntityManager, id: string): Promise<void> {
  await manager.query('select pg_notify($1, $2)', [CHANNELS.schedules, id]);
}
