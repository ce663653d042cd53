import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  validationError,
  type CreateSchedule,
  type FireList,
  type FireView,
  type ScheduleList,
  type ScheduleView,
  type UpdateSchedule,
} from '#contracts';
import {
  appendAudit,
  createSchedule,
  deleteSchedule,
  findLastFires,
  getSchedule,
  listFires,
  listSchedules,
  performFire,
  updateSchedule,
  type ScheduleFields,
  type StoredSchedule,
} from '#persistence';
import { checkRecurrence, nextTime } from '#schedules';
import type { Actor } from '../access/actor.js';
import { Idempotency } from '../http/idempotency.js';
import { checkRevision } from '../http/if-match.js';
import { nextPage, toPage } from '../http/page.js';
import { findUnstorable } from '../http/validation.js';
import { ApiSettings } from '../settings.js';
import type { ListFiresQuery, ListSchedulesQuery } from './queries.js';
import { SHOWN_FIRES, toScheduleView } from './schedule-view.js';

interface Change {
  readonly actor: Actor;
  /** The revision that the client has seen; null: it does not say. */
  readonly expected: number | null;
}

@Injectable()
export class SchedulesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws ArcFleetError `validation_failed`, `conflict` for a name that is taken, or what {@link Idempotency.once} throws. */
  create(input: CreateSchedule, actor: Actor, key: string | undefined): Promise<ScheduleView & { replayed: boolean }> {
    refuseBad(input, input);
    const request = { route: 'POST /schedules', actor, input, key, status: 201 };
    return this.idempotency.once(request, {}, async (manager) => {
      const { paused, ...fields } = input;
      const now = new Date();
      const schedule = await createSchedule(manager, {
        ...fields,
        pausedAt: paused ? now : null,
        nextAt: paused ? null : nextTime(input, now),
      });
      await appendAudit(manager, { actor: actor.id, action: 'schedules.create', resourceId: schedule.id });
      return { view: await this.toView(manager, schedule), secrets: {} };
    });
  }

  async get(id: string): Promise<ScheduleView> {
    return this.toView(this.dataSource.manager, await getSchedule(this.dataSource.manager, id));
  }

  async list({ paused, name, ...page }: ListSchedulesQuery): Promise<ScheduleList> {
    const { manager } = this.dataSource;
    const { rows, next } = await listSchedules(manager, {
      ...toPage(page),
      ...(paused === undefined ? {} : { paused }),
      ...(name === undefined ? {} : { name }),
    });
    const ids = rows.map(({ id }) => id);
    const fires = await findLastFires(manager, ids, SHOWN_FIRES);
    return {
      schedules: rows.map((each) => toScheduleView(each, fires.get(each.id) ?? [], this.settings.publicUrl)),
      next: nextPage(`${this.settings.publicUrl}/schedules`, next, { limit: page.limit, paused, name }),
    };
  }

  async fires(id: string, page: ListFiresQuery): Promise<FireList> {
    const { manager } = this.dataSource;
    await getSchedule(manager, id);
    const { fires, next } = await listFires(manager, { scheduleId: id, ...toPage(page) });
    return { fires, next: nextPage(this.firesUrl(id), next, { limit: page.limit }) };
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`, `validation_failed`, `conflict` for a name that is taken. */
  update(id: string, input: UpdateSchedule, change: Change): Promise<ScheduleView> {
    return this.change(id, 'schedules.update', change, Object.keys(input), (schedule) => {
      const { cron, timezone } = { ...schedule, ...input };
      refuseBad(input, { cron, timezone });
      const isMoved = cron !== schedule.cron || timezone !== schedule.timezone;
      const isMoving = isMoved && schedule.pausedAt === null;
      return { ...defined(input), ...(isMoving ? { nextAt: nextTime({ cron, timezone }, new Date()) } : {}) };
    });
  }

  /** Nothing of it fires any more. Pausing what is paused changes nothing. */
  pause(id: string, change: Change): Promise<ScheduleView> {
    return this.change(id, 'schedules.pause', change, [], ({ pausedAt }) =>
      pausedAt === null ? { pausedAt: new Date(), nextAt: null } : null,
    );
  }

  /** It fires again from now on; times that were due while it was paused are no missed ones. */
  resume(id: string, change: Change): Promise<ScheduleView> {
    return this.change(id, 'schedules.resume', change, [], (schedule) =>
      schedule.pausedAt === null ? null : { pausedAt: null, nextAt: nextTime(schedule, new Date()) },
    );
  }

  /** @throws ArcFleetError `not_found`, `precondition_failed`. */
  async remove(id: string, { actor, expected }: Change): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const schedule = await getSchedule(manager, id, { lock: true });
      checkRevision(schedule.revision, expected);
      await deleteSchedule(manager, id);
      await appendAudit(manager, {
        actor: actor.id,
        action: 'schedules.delete',
        resourceId: id,
        details: { name: schedule.name },
      });
    });
  }

  /** Fires now, by the overlap policy; a schedule that is paused, too. */
  run(id: string, actor: Actor, key: string | undefined): Promise<FireView & { replayed: boolean }> {
    const request = { route: 'POST /schedules/:id/run', actor, input: { id }, key, status: 202 };
    return this.idempotency.once(request, {}, async (manager) => {
      const schedule = await getSchedule(manager, id, { lock: true });
      const now = new Date();
      const fire = await performFire(manager, schedule, { scheduledAt: now, trigger: 'manual', reason: 'manual', now });
      if (!fire) throw new Error(`a manual fire of ${id} was taken for one of its cron`);
      await appendAudit(manager, { actor: actor.id, action: 'schedules.run', resourceId: id, details: { fireId: fire.id } });
      return { view: fire, secrets: {} };
    });
  }

  firesUrl(id: string): string {
    return `${this.settings.publicUrl}/schedules/${id}/fires`;
  }

  /** `toChanges` answers null where there is nothing to change. */
  private change(
    id: string,
    action: string,
    { actor, expected }: Change,
    changed: readonly string[],
    toChanges: (schedule: StoredSchedule) => Partial<ScheduleFields> | null,
  ): Promise<ScheduleView> {
    return this.dataSource.transaction(async (manager) => {
      const schedule = await getSchedule(manager, id, { lock: true });
      checkRevision(schedule.revision, expected);
      const changes = toChanges(schedule);
      if (changes === null) return this.toView(manager, schedule);
      const after = await updateSchedule(manager, schedule, changes);
      await appendAudit(manager, { actor: actor.id, action, resourceId: id, details: { revision: after.revision, changed } });
      return this.toView(manager, after);
    });
  }

  private async toView(manager: EntityManager, schedule: StoredSchedule): Promise<ScheduleView> {
    const fires = await findLastFires(manager, [schedule.id], SHOWN_FIRES);
    return toScheduleView(schedule, fires.get(schedule.id) ?? [], this.settings.publicUrl);
  }
}

/** What no schema knows: whether a cron on the clocks of its zone ever comes true. @throws ArcFleetError `validation_failed`. */
function refuseBad(input: unknown, recurrence: { cron: string; timezone: string }): void {
  const problems = checkRecurrence(recurrence, new Date()).map(({ field, message }) => ({ pointer: `/${field}`, message }));
  const errors = [...findUnstorable(input), ...problems];
  if (errors.length > 0) throw validationError(errors);
}

/** Without the fields that a partial body leaves out. */
function defined(input: UpdateSchedule): Partial<ScheduleFields> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<ScheduleFields>;
}
