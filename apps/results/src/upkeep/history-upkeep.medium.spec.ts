import { createScheduleSchema, silentObserver } from '#contracts';
import { appendAudit, createSchedule, forgetFires, KEPT_FIRES } from '#persistence';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ResultsScene, until } from '../testing/results-scene.js';
import { HistoryUpkeep } from './history-upkeep.js';

let scene: ResultsScene;
beforeAll(async () => {
  scene = await ResultsScene.open();
});
afterAll(() => scene?.close());

async function aSchedule(name: string): Promise<string> {
  const evaluation = { models: { all: true }, dataset: '/data', targets: ['lfw'] };
  const { paused: _, ...fields } = createScheduleSchema.parse({ name, cron: '* * * * *', evaluation });
  return (await scene.source.transaction((manager) => createSchedule(manager, { ...fields, pausedAt: null, nextAt: null }))).id;
}
/** Fires one a minute, the newest so many days ago. */
const insert = (scheduleId: string, count: number, days: number, outcome = 'skipped') =>
  scene.source.query(
    `insert into schedule_fires (id, schedule_id, scheduled_at, fired_at, trigger, outcome, reason, message, revision)
     select 'fire_' || replace(gen_random_uuid()::text, '-', ''), $1, at, at, 'cron', $4, 'overlap', '', 1
       from (select now() - $3::int * interval '1 day' - n * interval '1 minute' as at from generate_series(1, $2::int) as n) as times`,
    [scheduleId, count, days, outcome],
  );
const counts = async (): Promise<Record<string, number>> => {
  const rows: { name: string; n: number }[] = await scene.source.query(
    'select s.name, count(f.id)::int as n from schedules s left join schedule_fires f on f.schedule_id = s.id group by s.name',
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
};

it('fires that are old go in batches; the newest of each schedule stay, and so does one that waits', async () => {
  const [busy, yearly, young] = [await aSchedule('busy'), await aSchedule('yearly'), await aSchedule('young')];
  await insert(busy, 3_500, 91);
  await insert(busy, 1, 400, 'waiting');
  await insert(busy, 5, 1);
  await insert(yearly, KEPT_FIRES, 2_000);
  await insert(young, 300, 89);
  // Two at once do not wait for each other.
  const deleted = await Promise.all([1, 2].map(() => forgetFires(scene.source.manager, 90, 1_000)));
  expect(deleted.every((count) => count <= 1_000)).toBe(true);
  const settings = { firesKeptDays: 90, auditKeptDays: 365 };
  const upkeep = new HistoryUpkeep({ dataSource: scene.source, observer: silentObserver, settings });
  upkeep.start();
  await until('the rest', async () => (await counts())['busy'] === KEPT_FIRES + 1);
  await upkeep.stop();
  expect(await counts()).toEqual({ busy: KEPT_FIRES + 1, yearly: KEPT_FIRES, young: 300 });
  const [newest]: { n: number }[] = await scene.source.query(
    `select count(*)::int as n from schedule_fires where schedule_id = $1 and fired_at > now() - interval '2 days'`,
    [busy],
  );
  expect(newest?.n).toBe(5);
});

it('audit events go when their time is over, and no younger ones', async () => {
  for (const resourceId of ['old', 'young']) {
    await scene.source.transaction((manager) => appendAudit(manager, { actor: 'system', action: 'runs.cancel', resourceId }));
  }
  await scene.source.query(`update audit_events set at = now() - interval '366 days' where resource_id = 'old'`);
  await scene.source.query(
    `insert into audit_events (id, at, actor, action, resource_id, details)
     select 'aud_' || n, now() - interval '400 days', 'system', 'x', 'many', '{}' from generate_series(1, 2500) as n`,
  );
  const settings = { firesKeptDays: 90, auditKeptDays: 365 };
  const upkeep = new HistoryUpkeep({ dataSource: scene.source, observer: silentObserver, settings });
  upkeep.start();
  const left = () => scene.source.query<{ resource_id: string }[]>('select resource_id from audit_events');
  await until('the rest', async () => (await left()).length === 1);
  await upkeep.stop();
  expect(await left()).toEqual([{ resource_id: 'young' }]);
});
