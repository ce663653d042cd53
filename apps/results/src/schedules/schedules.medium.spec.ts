import { createScheduleSchema, silentObserver, type CreateScheduleInput, type FireView, type Observer } from '#contracts';
import {
  createDataSource,
  createSchedule,
  deleteSchedule,
  findWaitingSchedules,
  getSchedule,
  listFires,
  ModelEntity,
  newId,
  performFire,
  transitionRun,
  updateSchedule,
  type StoredSchedule,
} from '#persistence';
import { createJobSchedulers, createJobWorker, createRedis } from '#queue';
import { nextTime } from '#schedules';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ResultsScene, until } from '../testing/results-scene.js';
import { fireDue, fireWaiting } from './fire-due.js';
import { ScheduleLoop } from './schedule-loop.js';

let scene: ResultsScene;
beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(async () => {
  await scene.reset();
  await scene.source.query('truncate schedules cascade');
  await scene.source.query('truncate models cascade');
});
afterEach(() => scene.leave());
afterAll(() => scene?.close());

const FAST = { periodMs: 50, reconcileMs: 100 };
const MINUTE = 60_000;

async function aModel(labels: Record<string, string> = {}): Promise<string> {
  const id = newId('mdl');
  const facts = { step: null, runId: null, generation: null, files: [], accuracies: [], isBest: false, isLast: true };
  const row = { id, name: id.slice(4).toLowerCase(), version: 1, folder: `models/${id}`, source: 'import' as const, labels };
  await scene.source.manager.insert(ModelEntity, { ...facts, ...row });
  return id;
}

/** A schedule whose next time is `nextAt`. */
async function aSchedule(
  overrides: Partial<CreateScheduleInput> = {},
  nextAt: Date | null = new Date(Date.now() - 10),
): Promise<StoredSchedule> {
  const { paused: _, ...fields } = createScheduleSchema.parse({
    name: `s-${newId('sch').slice(4)}`,
    cron: '0 0 1 1 *',
    evaluation: { models: { all: true }, dataset: '/data', targets: ['lfw'] },
    ...overrides,
  });
  return scene.source.transaction((manager) => createSchedule(manager, { ...fields, pausedAt: null, nextAt }));
}

const firesOf = async (id: string, limit = 100): Promise<FireView[]> =>
  (await listFires(scene.source.manager, { scheduleId: id, limit })).fires;
const told = async (): Promise<{ type: string; data: Record<string, unknown> }[]> =>
  (await scene.source.query<{ body: string }[]>('select body from webhook_deliveries order by created_at, id')).map(
    ({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> },
  );
const numEvaluations = async (): Promise<number> => {
  const rows = await scene.source.query<{ n: number }[]>(`select count(*)::int as n from runs where kind = 'evaluation'`);
  return rows[0]!.n;
};
const end = (id: string, status: 'succeeded' | 'canceled' = 'succeeded') =>
  scene.source.transaction(async (manager) => {
    await transitionRun(manager, id, 'starting', { reason: 'admitted', message: '' });
    await transitionRun(manager, id, status, { reason: 'completed', message: '' });
  });

const startResults = (observer: Observer = silentObserver) => scene.startResults({}, observer, FAST);

function watch(): Observer & { readonly lines: { level: string; message: string; fields: Record<string, unknown> }[] } {
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  return { ...silentObserver, lines, log: (level, message, fields = {}) => void lines.push({ level, message, fields }) };
}

describe('a time that is due', () => {
  it('evaluates each model that is meant then, with what the schedule says', async () => {
    const [a, b] = [await aModel({ tier: 'gold' }), await aModel({ tier: 'gold' })];
    await aModel({ tier: 'tin' });
    const schedule = await aSchedule({
      evaluation: {
        models: { labels: { tier: 'gold' } },
        dataset: '/data',
        targets: ['lfw'],
        flip: false,
        labels: { who: 'me' },
      },
    });
    await scene.source.query(
      `insert into webhook_endpoints (id, url, secret) values ('whep_x', 'http://127.0.0.1:9/', 'whsec_x')`,
    );
    const fired = await fireDue(scene.source, schedule.id, new Date());
    expect(fired?.fire).toMatchObject({ outcome: 'started', reason: 'on_time', trigger: 'cron', message: 'Evaluates 2 models.' });
    expect(fired?.fire?.evaluations.map(({ modelId }) => modelId).sort()).toEqual([a, b].sort());
    const runs = await scene.source.query<{ config: Record<string, unknown>; status: string }[]>(
      `select config, status from runs where kind = 'evaluation' and model_id = $1`,
      [a],
    );
    expect(runs).toMatchObject([
      {
        status: 'queued',
        config: {
          flip: false,
          labels: { who: 'me', schedule: schedule.id },
          model: { id: a, path: `models/${a}` },
          targets: [{ name: 'lfw', path: '/data/lfw.bin' }],
        },
      },
    ]);
    const events = (await told()).filter(({ type }) => type === 'schedule.fired');
    expect(events).toMatchObject([{ data: { scheduleId: schedule.id, fireId: fired?.fire?.id, outcome: 'started' } }]);
    await scene.source.query(`delete from webhook_endpoints`);
    expect((await getSchedule(scene.source.manager, schedule.id)).nextAt!.getTime()).toBeGreaterThan(Date.now());
  });

  it('says why it evaluates nothing', async () => {
    const none = await aSchedule();
    expect((await fireDue(scene.source, none.id, new Date()))?.fire).toMatchObject({ outcome: 'skipped', reason: 'no_models' });
    await scene.source.query(
      `insert into models (id, name, version, folder, files, accuracies, is_best, is_last)
       select 'mdl_' || lpad(n::text, 20, '0'), 'many', n, 'x', '[]', '[]', false, false from generate_series(1, 201) as n`,
    );
    const many = await aSchedule();
    const fired = await fireDue(scene.source, many.id, new Date());
    expect(fired?.fire).toMatchObject({ outcome: 'skipped', reason: 'too_many_models', evaluations: [] });
    expect(await numEvaluations()).toBe(0);
  });

  it('fires once, however many come for it at the same time', async () => {
    await aModel();
    const schedule = await aSchedule();
    const due = schedule.nextAt!;
    const others = await Promise.all([1, 2].map(() => createDataSource(scene.database.url).initialize()));
    const sources = [scene.source, ...others];
    const fired = await Promise.all(Array.from({ length: 9 }, (_, i) => fireDue(sources[i % 3]!, schedule.id, new Date())));
    await Promise.all(others.map((other) => other.destroy()));
    expect(fired.filter((each) => each !== null)).toHaveLength(1);
    // And again, as if its row had been set back.
    await scene.source.query('update schedules set next_at = $2 where id = $1', [schedule.id, due]);
    expect((await fireDue(scene.source, schedule.id, new Date()))?.fire).toBeNull();
    expect(await firesOf(schedule.id)).toHaveLength(1);
    expect(await numEvaluations()).toBe(1);
  });

  it('is written down when three days were missed: one fire of run_once, none of skip', async () => {
    await aModel();
    const now = new Date('2027-05-04T12:00Z');
    const first = new Date('2027-05-02T03:00Z');
    const [skip, once] = [
      await aSchedule({ cron: '0 3 * * *', missed: 'skip' }, first),
      await aSchedule({ cron: '0 3 * * *', missed: 'run_once' }, first),
    ];
    for (const { id } of [skip, once]) await fireDue(scene.source, id, now);
    const words = async (id: string) =>
      (await firesOf(id)).map((fire) => [fire.scheduledAt.slice(0, 10), fire.outcome, fire.reason]);
    expect(await words(skip.id)).toEqual([
      ['2027-05-04', 'missed', 'late'],
      ['2027-05-03', 'missed', 'late'],
      ['2027-05-02', 'missed', 'late'],
    ]);
    expect(await words(once.id)).toEqual([
      ['2027-05-04', 'started', 'catch_up'],
      ['2027-05-03', 'missed', 'late'],
      ['2027-05-02', 'missed', 'late'],
    ]);
    expect((await getSchedule(scene.source.manager, once.id)).nextAt).toEqual(new Date('2027-05-05T03:00Z'));
  });

  it('comes once on the day on which its hour comes twice, and on the one that leaves it out', async () => {
    await aModel();
    const berlin = { cron: '30 2 * * *', timezone: 'Europe/Berlin', overlap: 'queue' as const };
    const autumn = await aSchedule(berlin, new Date('2027-10-31T00:30Z'));
    for (const minute of ['00:30', '00:31', '01:30', '01:31']) {
      await fireDue(scene.source, autumn.id, new Date(`2027-10-31T${minute}Z`));
    }
    expect((await firesOf(autumn.id)).map(({ scheduledAt }) => scheduledAt)).toEqual(['2027-10-31T00:30:00.000Z']);
    const spring = await aSchedule(berlin, nextTime(berlin, new Date('2027-03-27T12:00Z')));
    await fireDue(scene.source, spring.id, new Date('2027-03-28T01:30Z'));
    expect(await firesOf(spring.id)).toMatchObject([{ scheduledAt: '2027-03-28T01:30:00.000Z', outcome: 'started' }]);
  });
});

describe('a schedule that changes between tick and fire', () => {
  it('fires by what it is now: moved, paused or gone', async () => {
    await aModel();
    const [moved, paused, gone] = [await aSchedule(), await aSchedule(), await aSchedule()];
    await scene.source.transaction(async (manager) => {
      await updateSchedule(manager, moved, { cron: '0 5 * * *', nextAt: new Date(Date.now() + MINUTE) });
      await updateSchedule(manager, paused, { pausedAt: new Date(), nextAt: null });
      await deleteSchedule(manager, gone.id);
    });
    for (const { id } of [moved, paused, gone]) expect(await fireDue(scene.source, id, new Date())).toBeNull();
    expect(await numEvaluations()).toBe(0);
  });

  it('is paused before its time fires, or after it has', async () => {
    await aModel();
    for (let round = 0; round < 6; round++) {
      const schedule = await aSchedule();
      const pause = () =>
        scene.source.transaction(async (manager) => {
          const locked = await getSchedule(manager, schedule.id, { lock: true });
          await updateSchedule(manager, locked, { pausedAt: new Date(), nextAt: null });
        });
      const fire = () => fireDue(scene.source, schedule.id, new Date());
      const [fired] =
        round % 2 === 0 ? await Promise.all([fire(), pause()]) : (await Promise.all([pause(), fire()])).toReversed();
      const after = await getSchedule(scene.source.manager, schedule.id);
      expect(after).toMatchObject({ pausedAt: expect.any(Date) as Date, revision: 2 });
      expect(await firesOf(schedule.id)).toHaveLength(fired ? 1 : 0);
      // Whichever came first, nothing is due any more.
      if (!fired) expect(after.nextAt).toBeNull();
      expect(await fireDue(scene.source, schedule.id, new Date())).toBeNull();
    }
  });
});

describe('overlap', () => {
  const due = (schedule: StoredSchedule, minutes: number) =>
    scene.source.transaction(async (manager) => {
      const locked = await getSchedule(manager, schedule.id, { lock: true });
      const now = new Date(Date.now() + minutes * MINUTE);
      return performFire(manager, locked, { scheduledAt: now, trigger: 'cron', reason: 'on_time', now });
    });

  it('skip: a time is left out while evaluations run', async () => {
    await aModel();
    const schedule = await aSchedule({ overlap: 'skip' });
    const first = await due(schedule, 0);
    expect(await due(schedule, 1)).toMatchObject({ outcome: 'skipped', reason: 'overlap', evaluations: [] });
    await end(first!.evaluations[0]!.id);
    expect(await due(schedule, 2)).toMatchObject({ outcome: 'started' });
  });

  it('queue: one waits for the end, a further one does not', async () => {
    await aModel();
    const schedule = await aSchedule({ overlap: 'queue' });
    const first = await due(schedule, 0);
    const second = await due(schedule, 1);
    expect(second).toMatchObject({ outcome: 'waiting', reason: 'overlap' });
    expect(await due(schedule, 2)).toMatchObject({ outcome: 'skipped', reason: 'already_waiting' });
    expect(await fireWaiting(scene.source, schedule.id, new Date())).toBeNull();
    await end(first!.evaluations[0]!.id);
    const both = await Promise.all([1, 2].map(() => fireWaiting(scene.source, schedule.id, new Date())));
    expect(both.filter((fire) => fire !== null)).toMatchObject([{ id: second!.id, outcome: 'started', reason: 'queued' }]);
    expect(await numEvaluations()).toBe(2);
  });

  it('queue: what waits is left out when the schedule is paused before its turn, but for what somebody asked for', async () => {
    await aModel();
    const now = new Date();
    for (const [trigger, outcome] of [
      ['cron', 'skipped'],
      ['manual', 'started'],
    ] as const) {
      const schedule = await aSchedule({ overlap: 'queue' });
      const first = await due(schedule, 0);
      const second = await scene.source.transaction((manager) =>
        performFire(manager, schedule, { scheduledAt: now, trigger, reason: 'test', now }),
      );
      expect(second?.outcome).toBe('waiting');
      await scene.source.transaction((manager) => updateSchedule(manager, schedule, { pausedAt: now, nextAt: null }));
      await end(first!.evaluations[0]!.id);
      expect(await fireWaiting(scene.source, schedule.id, now)).toMatchObject({ id: second!.id, outcome });
    }
  });

  it('replace: what runs is canceled, what waits gives way', async () => {
    await aModel();
    const schedule = await aSchedule({ overlap: 'queue' });
    const first = await due(schedule, 0);
    await due(schedule, 1);
    const changed = await scene.source.transaction((manager) => updateSchedule(manager, schedule, { overlap: 'replace' }));
    const third = await due(changed, 2);
    expect(third).toMatchObject({ outcome: 'started' });
    expect((await firesOf(schedule.id)).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['started', 'on_time'],
      ['skipped', 'replaced'],
      ['started', 'on_time'],
    ]);
    const statuses = (await firesOf(schedule.id)).flatMap(({ evaluations }) => evaluations.map(({ id, status }) => [id, status]));
    expect(statuses).toEqual([
      [third!.evaluations[0]!.id, 'queued'],
      [first!.evaluations[0]!.id, 'canceling'],
    ]);
  });
});

describe('results', () => {
  const schedulers = () => createJobSchedulers('schedule', { connection: scene.redis, prefix: scene.prefix, nextTick: nextTime });

  it('two of them fire each time once, by tick or by look', async () => {
    await aModel();
    await startResults();
    await startResults();
    const schedules = await Promise.all(Array.from({ length: 5 }, () => aSchedule({}, new Date(Date.now() + 300))));
    for (const { id } of schedules) await until('it has fired', async () => (await firesOf(id)).length > 0);
    await until('all evaluations are there', async () => (await numEvaluations()) === 5);
    for (const { id } of schedules) expect(await firesOf(id)).toMatchObject([{ outcome: 'started', trigger: 'cron' }]);
  });

  it('keep what ticks as the table says, also after Redis was emptied', async () => {
    const list = schedulers();
    const schedule = await aSchedule({ cron: '*/5 * * * *', timezone: 'Europe/Berlin' }, new Date(Date.now() + 5 * MINUTE));
    await startResults();
    const ticks = async () => (await list.list()).map(({ id, cron, timezone }) => ({ id, cron, timezone }));
    const expected = { id: schedule.id, cron: '*/5 * * * *', timezone: 'Europe/Berlin' };
    await until('it ticks', async () => (await ticks()).length === 1);
    expect(await ticks()).toEqual([expected]);
    expect((await list.list())[0]!.next).toEqual(nextTime(schedule, new Date()));

    await scene.redis.flushdb();
    await until('it ticks again', async () => (await ticks()).length === 1);
    const changed = await scene.source.transaction((manager) => updateSchedule(manager, schedule, { cron: '0 4 * * *' }));
    await until('it ticks otherwise', async () => (await ticks())[0]?.cron === '0 4 * * *');
    await scene.source.transaction((manager) => updateSchedule(manager, changed, { pausedAt: new Date(), nextAt: null }));
    await until('it does not tick', async () => (await ticks()).length === 0);
    await list.close();
  });

  it('start a ticker anew that stands still, and raise the alarm', async () => {
    const schedule = await aSchedule({ cron: '*/5 * * * *' }, new Date(Date.now() + 5 * MINUTE));
    const list = schedulers();
    await list.upsert({ ...schedule, data: { scheduleId: schedule.id } });
    await scene.redis.zadd(`${scene.prefix}:schedule:repeat`, Date.now() - 10 * MINUTE, schedule.id);
    expect((await list.list())[0]!.next!.getTime()).toBeLessThan(Date.now());
    const observer = watch();
    await startResults(observer);
    await until('it goes on', async () => ((await list.list())[0]?.next?.getTime() ?? 0) > Date.now());
    expect(observer.lines).toContainEqual({
      level: 'error',
      message: expect.stringContaining('stood still') as string,
      fields: { scheduleIds: [schedule.id] },
    });
    await list.close();
  });

  it('a tick that dies with its process is made up for by the next one', async () => {
    await aModel();
    const schedule = await aSchedule({ cron: '* * * * *' }, new Date(Date.now() + 200));
    // Takes the tick and never comes to the transaction.
    const redis = createRedis(scene.server.url, 'blocking');
    redis.on('error', () => undefined);
    const taken: string[] = [];
    const dying = createJobWorker(
      'schedule',
      ({ scheduleId }) => {
        taken.push(scheduleId);
        return new Promise<void>(() => undefined);
      },
      {
        connection: redis,
        concurrency: 1,
        observer: silentObserver,
        prefix: scene.prefix,
        nextTick: () => new Date(Date.now() + 50),
      },
    );
    const list = createJobSchedulers('schedule', {
      connection: scene.redis,
      prefix: scene.prefix,
      nextTick: () => new Date(Date.now() + 50),
    });
    await list.upsert({ ...schedule, data: { scheduleId: schedule.id } });
    dying.start();
    await until('the tick is taken', () => Promise.resolve(taken.length > 0));
    await dying.close(true);
    redis.disconnect();
    expect(await firesOf(schedule.id)).toEqual([]);
    await startResults();
    await until('it has fired', async () => (await firesOf(schedule.id)).length > 0);
    expect((await firesOf(schedule.id)).at(-1)).toMatchObject({
      outcome: 'started',
      scheduledAt: schedule.nextAt!.toISOString(),
    });
    await list.close();
  });

  it('start what waits once its way is free', async () => {
    await aModel();
    const schedule = await aSchedule({ overlap: 'queue' });
    const first = await fireDue(scene.source, schedule.id, new Date());
    await scene.source.query('update schedules set next_at = now() where id = $1', [schedule.id]);
    await startResults();
    await until('one waits', async () => (await firesOf(schedule.id))[0]?.outcome === 'waiting');
    await end(first!.fire!.evaluations[0]!.id);
    await until('it has started', async () => (await firesOf(schedule.id))[0]?.outcome === 'started');
    expect(await numEvaluations()).toBe(2);
  });

  it('fire without Redis, and say once that it is away', async () => {
    await aModel();
    const dead = createRedis('redis://127.0.0.1:1', 'fail-fast');
    dead.on('error', () => undefined);
    const observer = watch();
    const tickers = createJobSchedulers('schedule', { connection: dead, prefix: scene.prefix, nextTick: nextTime });
    const loop = new ScheduleLoop({ dataSource: scene.source, tickers, observer, timing: FAST });
    loop.start();
    for (let n = 0; n < 2; n++) {
      const { id } = await aSchedule({}, new Date(Date.now() + 100));
      await until('it has fired', async () => (await firesOf(id)).length === 1);
    }
    await loop.stop();
    dead.disconnect();
    const said = observer.lines.filter(({ message, level }) => message.includes('could not be kept') && level === 'warn');
    expect(said).toHaveLength(1);
  });

  it('start what waits behind a hundred others whose way is not free', async () => {
    await aModel();
    const schedule = await aSchedule({ overlap: 'queue' });
    const first = (await fireDue(scene.source, schedule.id, new Date()))!.fire!.evaluations[0]!.id;
    await scene.source.query(
      `insert into schedules (id, name, cron, timezone, evaluation, overlap, missed, grace_seconds)
       select 'sch_' || n, 'blocked-' || n, cron, timezone, evaluation, overlap, missed, grace_seconds
         from schedules, generate_series(1, 120) as n where id = $1`,
      [schedule.id],
    );
    await scene.source.query(
      `insert into schedule_fires (id, schedule_id, scheduled_at, fired_at, trigger, outcome, reason, message, revision)
       select 'fire_' || s.id || o.outcome, s.id, o.at, o.at, 'cron', o.outcome, 'overlap', '', 1 from schedules s,
         (values ('started', now() - interval '2 hours'), ('waiting', now() - interval '1 hour')) as o (outcome, at)
        where s.name like 'blocked-%'`,
    );
    await scene.source.query(
      `with made as (
         insert into runs (id, kind, config, status, reason, message, created_at, min_ranks)
         select 'evl_' || s.id, kind, config, 'running', reason, r.message, r.created_at, min_ranks from runs r, schedules s
          where r.id = $1 and s.name like 'blocked-%' returning id)
       insert into schedule_evaluations (run_id, fire_id) select id, 'fire_' || substr(id, 5) || 'started' from made`,
      [first],
    );
    await scene.source.query('update schedules set next_at = now() where id = $1', [schedule.id]);
    await fireDue(scene.source, schedule.id, new Date());
    expect((await firesOf(schedule.id))[0]?.outcome).toBe('waiting');
    expect(await findWaitingSchedules(scene.source.manager, 100)).toEqual([]);
    await end(first);
    expect(await findWaitingSchedules(scene.source.manager, 100)).toEqual([schedule.id]);
  });

  it('a hundred schedules that cannot be read hold up no other, and are spoken of once each', async () => {
    await aModel();
    const broken = await aSchedule({}, new Date(Date.now() - MINUTE));
    await scene.source.query(`update schedules set timezone = 'Mars/Olympus' where id = $1`, [broken.id]);
    await scene.source.query(
      `insert into schedules (id, name, cron, timezone, evaluation, overlap, missed, grace_seconds, next_at)
       select 'sch_' || n, 'broken-' || n, cron, timezone, evaluation, overlap, missed, grace_seconds, next_at
         from schedules, generate_series(1, 120) as n where id = $1`,
      [broken.id],
    );
    const observer = watch();
    await startResults(observer);
    const fine = await aSchedule({ missed: 'run_once' });
    await until('the other has fired', async () => (await firesOf(fine.id)).length === 1);
    const said = observer.lines.filter(({ message, level }) => message.includes('could not be tended') && level === 'warn');
    expect(said).toHaveLength(121);
  });

  it('one schedule that cannot be read holds up no other', async () => {
    await aModel();
    const broken = await aSchedule();
    await scene.source.query(`update schedules set timezone = 'Mars/Olympus' where id = $1`, [broken.id]);
    const observer = watch();
    await startResults(observer);
    const fine = await aSchedule();
    await until('the other has fired', async () => (await firesOf(fine.id)).length === 1);
    expect(observer.lines.some(({ fields }) => fields['scheduleId'] === broken.id)).toBe(true);
    expect(await firesOf(broken.id)).toEqual([]);
  });
});
