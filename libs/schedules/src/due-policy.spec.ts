import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDue, type DueSchedule } from './due-policy.js';
import { nextTimes } from './next-times.js';

const at = (text: string): Date => new Date(`2027-05-${text}Z`);
const daily: DueSchedule = { cron: '0 3 * * *', timezone: 'UTC', dueAt: at('01T03:00'), missed: 'skip', graceMs: 300_000 };

describe('planDue', () => {
  it('does nothing before its time', () => {
    expect(planDue(daily, at('01T02:59'))).toEqual({ missed: [], fire: null, nextAt: daily.dueAt });
  });

  it('fires on time, and as long as its grace lasts', () => {
    for (const now of ['01T03:00', '01T03:05']) {
      expect(planDue(daily, at(now))).toEqual({
        missed: [],
        fire: { scheduledAt: daily.dueAt, reason: 'on_time' },
        nextAt: at('02T03:00'),
      });
    }
  });

  it('skips what it was away for, or catches up once: three days away', () => {
    const now = at('03T20:00');
    const scheduled = ['01T03:00', '02T03:00', '03T03:00'].map((text) => ({ scheduledAt: at(text), reason: 'late' }));
    expect(planDue(daily, now)).toEqual({ missed: scheduled, fire: null, nextAt: at('04T03:00') });
    expect(planDue({ ...daily, missed: 'run_once' }, now)).toEqual({
      missed: scheduled.slice(0, 2),
      fire: { scheduledAt: at('03T03:00'), reason: 'catch_up' },
      nextAt: at('04T03:00'),
    });
  });

  it('lets the newest of several that are on time stand for all', () => {
    const minutely = { ...daily, cron: '* * * * *' };
    expect(planDue(minutely, at('01T03:02'))).toEqual({
      missed: ['01T03:00', '01T03:01'].map((text) => ({ scheduledAt: at(text), reason: 'superseded' })),
      fire: { scheduledAt: at('01T03:02'), reason: 'on_time' },
      nextAt: at('01T03:03'),
    });
  });

  it('decides about each time once, in portions of any size, with one fire at most', () => {
    const schedules = fc.record({
      cron: fc.constantFrom('*/7 * * * *', '0 3 * * *', '30 2 * * *', '15 */5 * * *'),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'),
      missed: fc.constantFrom('skip' as const, 'run_once' as const),
      graceMs: fc.integer({ min: 0, max: 3_600_000 }),
    });
    const span = fc.record({
      start: fc.constantFrom('2027-03-27', '2027-10-30', '2027-04-03'),
      hours: fc.integer({ min: 0, max: 72 }),
    });
    fc.assert(
      fc.property(schedules, span, fc.integer({ min: 1, max: 50 }), (schedule, { start, hours }, portion) => {
        const begin = new Date(start);
        const now = new Date(begin.getTime() + hours * 3_600_000);
        const decided: Date[] = [];
        let fires = 0;
        let dueAt = nextTimes(schedule, begin, 1)[0]!;
        while (dueAt <= now) {
          const plan = planDue({ ...schedule, dueAt }, now, portion);
          decided.push(...plan.missed.map(({ scheduledAt }) => scheduledAt));
          if (plan.fire) {
            decided.push(plan.fire.scheduledAt);
            fires++;
          }
          dueAt = plan.nextAt!;
        }
        const expected = nextTimes(schedule, begin, decided.length + 1);
        expect(decided).toEqual(expected.slice(0, -1));
        expect(expected.at(-1)!.getTime()).toBeGreaterThan(now.getTime());
        const newest = decided.at(-1);
        const isOnTime = newest !== undefined && now.getTime() - newest.getTime() <= schedule.graceMs;
        expect(fires).toBe(newest !== undefined && (isOnTime || schedule.missed === 'run_once') ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });
});
