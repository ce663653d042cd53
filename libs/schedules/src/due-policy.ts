import { timesAfter, type Recurrence } from './next-times.js';

export interface DueSchedule extends Recurrence {
  /** The first time that nothing has been decided about yet. */
  readonly dueAt: Date;
  /** What becomes of times that nobody was there for. */
  readonly missed: 'skip' | 'run_once';
  /** A time that is late by no more is on time. */
  readonly graceMs: number;
}

export interface MissedTime {
  readonly scheduledAt: Date;
  /** `late`: past its grace; `superseded`: a newer time is due as well. */
  readonly reason: 'late' | 'superseded';
}

export interface DuePlan {
  readonly missed: readonly MissedTime[];
  /** At most one: the newest time that is due. */
  readonly fire: { readonly scheduledAt: Date; readonly reason: 'on_time' | 'catch_up' } | null;
  /** The next time to decide about; null: there is none. It may lie in the past, when more was missed than one plan holds. */
  readonly nextAt: Date | null;
}

/** Most times that one plan decides about: what was missed in a year is decided in portions. */
export const MAX_DUE = 1_000;

/**
 * What becomes of the times that are due. However long nobody was there, one fire comes of it at most: the newest time fires when it is
 * on time, or when missed ones are to be caught up once. All others are missed, each of them.
 */
export function planDue(schedule: DueSchedule, now: Date, maxDue = MAX_DUE): DuePlan {
  const { dueAt, missed, graceMs } = schedule;
  if (dueAt > now) return { missed: [], fire: null, nextAt: dueAt };
  const due = [dueAt];
  let nextAt: Date | null = null;
  for (const time of timesAfter(schedule, dueAt)) {
    if (time > now || due.length >= maxDue) {
      nextAt = time;
      break;
    }
    due.push(time);
  }
  const isLate = (time: Date): boolean => now.getTime() - time.getTime() > graceMs;
  const toMissed = (scheduledAt: Date): MissedTime => ({ scheduledAt, reason: isLate(scheduledAt) ? 'late' : 'superseded' });
  const newest = due.at(-1) as Date;
  const isNewestOfAll = nextAt === null || nextAt > now;
  if (!isNewestOfAll || (isLate(newest) && missed === 'skip')) return { missed: due.map(toMissed), fire: null, nextAt };
  return {
    missed: due.slice(0, -1).map(toMissed),
    fire: { scheduledAt: newest, reason: isLate(newest) ? 'catch_up' : 'on_time' },
    nextAt,
  };
}
