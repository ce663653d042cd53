import type { FireView } from '#contracts';
import { getSchedule, lockDueSchedule, moveSchedule, performFire, recordMissed, startWaitingFire } from '#persistence';
import { planDue } from '#schedules';
import type { DataSource } from 'typeorm';

/** What became of a schedule that was looked at. */
export interface Fired {
  readonly fire: FireView | null;
  readonly numMissed: number;
  /** More times are due: what was missed for long is decided in portions. */
  readonly hasMore: boolean;
}

/**
 * Decides about the times of a schedule that are due, in one transaction: what is missed, what fires, what comes next. Whoever calls
 * it, how often and from how many processes: a time is decided once. null: nothing is due; the schedule may be paused, changed or gone.
 */
export function fireDue(dataSource: DataSource, scheduleId: string, now: Date): Promise<Fired | null> {
  return dataSource.transaction(async (manager) => {
    const schedule = await lockDueSchedule(manager, scheduleId, now);
    if (!schedule) return null;
    const { cron, timezone, nextAt: dueAt, missed, graceSeconds } = schedule;
    const plan = planDue({ cron, timezone, dueAt, missed, graceMs: graceSeconds * 1_000 }, now);
    await recordMissed(manager, schedule, plan.missed, now);
    const fire = plan.fire && (await performFire(manager, schedule, { ...plan.fire, trigger: 'cron', now }));
    await moveSchedule(manager, scheduleId, plan.nextAt);
    return { fire, numMissed: plan.missed.length, hasMore: plan.nextAt !== null && plan.nextAt <= now };
  });
}

/** Starts the fire of a schedule that waits, if nothing is in its way any more. */
export function fireWaiting(dataSource: DataSource, scheduleId: string, now: Date): Promise<FireView | null> {
  return dataSource.transaction(async (manager) =>
    startWaitingFire(manager, await getSchedule(manager, scheduleId, { lock: true }), now),
  );
}
