import { expect, it } from 'vitest';
import { planReconcile, STUCK_MS } from './reconcile-policy.js';

const now = new Date('2027-05-01T00:00Z');
const next = new Date(now.getTime() + 60_000);
const tick = (id: string, cron = '* * * * *', timezone = 'UTC') => ({ id, cron, timezone });

it('writes what is new or changed, removes what is no more wanted, leaves the rest', () => {
  const found = [
    { ...tick('same'), next },
    { ...tick('moved', '0 * * * *'), next },
    { ...tick('zone', '* * * * *', 'Europe/Berlin'), next },
    { ...tick('gone'), next },
  ];
  const wanted = [tick('same'), tick('moved'), tick('zone'), tick('new')];
  expect(planReconcile(wanted, found, now)).toEqual({
    upsert: [tick('moved'), tick('zone'), tick('new')],
    remove: ['gone'],
    stuck: [],
  });
});

it('starts one anew that stands still, and says so', () => {
  const late = { ...tick('a'), next: new Date(now.getTime() - STUCK_MS - 1) };
  const justNow = { ...tick('b'), next: new Date(now.getTime() - 1_000) };
  expect(planReconcile([tick('a'), tick('b')], [late, justNow, { ...tick('c'), next: late.next }], now)).toEqual({
    upsert: [tick('a')],
    remove: ['c'],
    stuck: ['a'],
  });
});
