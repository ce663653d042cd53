import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FireList, FireView, ScheduleList, ScheduleView } from '#contracts';
import { ModelEntity, newId, transitionRun } from '#persistence';
import { ApiScene, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
beforeEach(async () => {
  await scene.source.query('truncate schedules, runs, audit_events, idempotency_keys cascade');
});
afterAll(() => scene?.close());

let count = 0;
const body = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: `nightly-${++count}`,
  cron: '30 2 * * *',
  timezone: 'Europe/Berlin',
  evaluation: { models: { all: true }, dataset: '/data/faces', targets: ['lfw'] },
  ...overrides,
});

async function create(overrides: Record<string, unknown> = {}): Promise<ScheduleView> {
  const response = await scene.post('/schedules', body(overrides));
  expect(response.status, response.text).toBe(201);
  return response.body as ScheduleView;
}
const get = async (id: string): Promise<ScheduleView> => (await scene.get(`/schedules/${id}`)).body as ScheduleView;
const actions = async (): Promise<string[]> =>
  (await scene.source.query<{ action: string }[]>('select action from audit_events order by at, id')).map(({ action }) => action);

async function aModel(): Promise<string> {
  const id = newId('mdl');
  const facts = { step: null, runId: null, generation: null, files: [], accuracies: [], isBest: false, isLast: true };
  const row = { id, name: id.slice(4), version: 1, folder: `models/${id}`, source: 'import' as const };
  await scene.source.manager.insert(ModelEntity, { ...facts, ...row });
  return id;
}

describe('POST /schedules', () => {
  it('answers with everything resolved and the next five times on the clocks of the zone', async () => {
    const response = await scene.post('/schedules', body({ name: 'nightly' }));
    const schedule = response.body as ScheduleView;
    expect(response.status).toBe(201);
    expect(response.headers).toMatchObject({ etag: '"1"', location: `${PUBLIC_URL}/schedules/${schedule.id}` });
    expect(schedule).toMatchObject({
      id: expect.stringMatching(/^sch_[0-9a-z]{20}$/) as string,
      ...{ name: 'nightly', overlap: 'skip', missed: 'skip', graceSeconds: 300, margin: null, paused: false, revision: 1 },
      evaluation: { targets: [{ protocol: 'verification', name: 'lfw', path: '/data/faces/lfw.bin' }], flip: true },
      lastFires: [],
      urls: { run: `${PUBLIC_URL}/schedules/${schedule.id}/run` },
    });
    expect(schedule.nextFires).toHaveLength(5);
    for (const time of schedule.nextFires) expect(time).toMatch(/^\d{4}-\d\d-\d\dT0[23]:30:00\+0[12]:00$/);
    expect(await get(schedule.id)).toEqual(schedule);
    expect(await actions()).toEqual(['schedules.create']);
  });

  it.each([
    ['a registered data set', { dataset: 'faces' }],
    ['some targets of one', { dataset: 'faces', targets: ['lfw'] }],
    ['a folder', { dataset: '/data/faces', targets: ['lfw'] }],
  ])('of %s shows an evaluation that can be sent back', async (_, data) => {
    const { id, evaluation } = await create({ evaluation: { models: { all: true }, ...data } });
    const response = await scene.patch(`/schedules/${id}`, { evaluation });
    expect([response.status, (response.body as ScheduleView).evaluation]).toEqual([200, evaluation]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a cron of six fields', { cron: '0 0 2 * * *' }, '/cron'],
    ['a cron out of range', { cron: '61 2 * * *' }, '/cron'],
    ['a day that never comes', { cron: '0 0 31 2 *' }, '/cron'],
    ['a parser’s own additions', { cron: 'H H * * *' }, '/cron'],
    ['an unknown zone', { timezone: 'Europe/Nowhere' }, '/timezone'],
    ['an offset as zone', { timezone: '+02:00' }, '/timezone'],
    ['an empty zone', { timezone: '' }, '/timezone'],
    ['a name with a path in it', { name: '../x' }, '/name'],
    ['a name that is too long', { name: 'x'.repeat(64) }, '/name'],
    ['no models', { evaluation: { dataset: '/d', targets: ['lfw'] } }, '/evaluation/models'],
    [
      'two selectors at once',
      { evaluation: { models: { all: true, ids: [] }, dataset: '/d', targets: ['lfw'] } },
      '/evaluation/models',
    ],
    ['a target without a data set', { evaluation: { models: { all: true }, targets: ['lfw'] } }, '/evaluation/dataset'],
    ['a margin of nothing', { margin: { speed: 0.1 } }, '/margin/speed'],
    ['a margin above 1', { margin: { accuracy: 2 } }, '/margin/accuracy'],
    ['an unknown policy', { overlap: 'panic' }, '/overlap'],
    ['a grace without end', { graceSeconds: 1e9 }, '/graceSeconds'],
    ['an unknown field', { interval: 5 }, '/interval'],
    [
      'a webhook of its own',
      { evaluation: { models: { all: true }, dataset: '/d', targets: ['lfw'], webhooks: [] } },
      '/evaluation/webhooks',
    ],
  ])('refuses %s', async (_, overrides, pointer) => {
    const response = await scene.post('/schedules', body(overrides));
    expect(response.status).toBe(422);
    expect(problemOf(response).code).toBe('validation_failed');
    expect(pointersOf(response)[0]).toBe(pointer);
  });

  it('makes one of several with the same Idempotency-Key, and one of several with the same name', async () => {
    const same = body();
    const answers = await Promise.all([1, 2, 3].map(() => scene.post('/schedules', same).set('idempotency-key', 'k1')));
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    const again = await scene.post('/schedules', same).set('idempotency-key', 'k1');
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await scene.post('/schedules', body()).set('idempotency-key', 'k1')).status).toBe(422);
    const named = await Promise.all([1, 2, 3].map(() => scene.post('/schedules', body({ name: 'one' }))));
    expect(named.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await scene.source.query('select name from schedules order by name')).toHaveLength(2);
  });
});

describe('PATCH /schedules/:id', () => {
  it('changes what is named, and nothing that has changed meanwhile', async () => {
    const { id } = await create();
    const renamed = await scene.patch(`/schedules/${id}`, { name: 'renamed', margin: { accuracy: 0.01 } }).set('if-match', '"1"');
    expect(renamed.status).toBe(200);
    expect(renamed.headers['etag']).toBe('"2"');
    expect(renamed.body).toMatchObject({ name: 'renamed', revision: 2, cron: '30 2 * * *', margin: { accuracy: 0.01 } });
    const late = await scene.patch(`/schedules/${id}`, { name: 'late' }).set('if-match', '"1"');
    expect([late.status, problemOf(late).code]).toEqual([412, 'precondition_failed']);
    const both = await Promise.all(['a', 'b'].map((name) => scene.patch(`/schedules/${id}`, { name }).set('if-match', '"2"')));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await scene.patch(`/schedules/${id}`, {}).set('if-match', 'nonsense')).status).toBe(400);
    expect((await get(id)).revision).toBe(3);
  });

  it('counts another cron or zone from now on, checked together', async () => {
    const { id, nextFires } = await create();
    const moved = (await scene.patch(`/schedules/${id}`, { timezone: 'America/New_York' })).body as ScheduleView;
    expect(moved.nextFires[0]).toMatch(/T0[23]:30:00-0[45]:00$/);
    expect(moved.nextFires[0]).not.toBe(nextFires[0]);
    expect(pointersOf(await scene.patch(`/schedules/${id}`, { cron: '0 0 30 2 *' }))).toEqual(['/cron']);
    expect(pointersOf(await scene.patch(`/schedules/${id}`, { timezone: 'X/Y' }))).toEqual(['/timezone']);
    expect(pointersOf(await scene.patch(`/schedules/${id}`, { paused: true }))).toEqual(['/paused']);
  });
});

describe('pause, resume, delete', () => {
  it('take the next times away and give them back', async () => {
    const { id } = await create();
    expect((await scene.post(`/schedules/${id}/pause`)).body).toMatchObject({ paused: true, nextFires: [], revision: 2 });
    // Again: nothing changes.
    expect((await scene.post(`/schedules/${id}/pause`)).body).toMatchObject({ paused: true, revision: 2 });
    // While it is paused another cron sets nothing going.
    expect((await scene.patch(`/schedules/${id}`, { cron: '0 4 * * *' })).body).toMatchObject({ paused: true, nextFires: [] });
    expect((await scene.post(`/schedules/${id}/resume`).set('if-match', '"1"')).status).toBe(412);
    const resumed = (await scene.post(`/schedules/${id}/resume`)).body as ScheduleView;
    expect(resumed).toMatchObject({ paused: false, revision: 4 });
    expect(resumed.nextFires[0]).toMatch(/T04:00:00/);
    expect(new Date(resumed.nextFires[0]!).getTime()).toBeGreaterThan(Date.now());
    expect(await actions()).toEqual(['schedules.create', 'schedules.pause', 'schedules.update', 'schedules.resume']);
  });

  it('leave nothing of a schedule but its evaluations', async () => {
    await aModel();
    const { id } = await create();
    const fire = (await scene.post(`/schedules/${id}/run`)).body as FireView;
    expect((await scene.delete(`/schedules/${id}`).set('if-match', '"7"')).status).toBe(412);
    expect((await scene.delete(`/schedules/${id}`).set('if-match', '"1"')).status).toBe(204);
    for (const path of ['', '/fires']) expect((await scene.get(`/schedules/${id}${path}`)).status).toBe(404);
    for (const path of ['pause', 'resume', 'run']) expect((await scene.post(`/schedules/${id}/${path}`)).status).toBe(404);
    expect((await scene.delete(`/schedules/${id}`)).status).toBe(404);
    expect((await scene.get(`/evaluations/${fire.evaluations[0]!.id}`)).status).toBe(200);
    expect((await scene.get('/schedules/sch_..%2f..%2fetc')).status).toBe(404);
  });
});

describe('POST /schedules/:id/run', () => {
  it('fires once per Idempotency-Key, by the overlap policy, while it is paused as well', async () => {
    const model = await aModel();
    const { id } = await create({ paused: true, evaluation: { models: { ids: [model] }, dataset: '/d', targets: ['lfw'] } });
    const first = await scene.post(`/schedules/${id}/run`).set('idempotency-key', 'now');
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({
      trigger: 'manual',
      outcome: 'started',
      evaluations: [{ modelId: model, status: 'queued' }],
    });
    const again = await scene.post(`/schedules/${id}/run`).set('idempotency-key', 'now');
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    expect((await scene.post(`/schedules/${id}/run`)).body).toMatchObject({ outcome: 'skipped', reason: 'overlap' });
    const { evaluations } = (await scene.get('/evaluations')).body as { evaluations: { labels: object; name: string }[] };
    expect(evaluations).toMatchObject([{ labels: { schedule: id }, name: expect.stringContaining(`@1`) as string }]);
    expect((await get(id)).lastFires.map(({ outcome }) => outcome)).toEqual(['skipped', 'started']);
  });

  it('lets one of several at once start', async () => {
    await aModel();
    const { id } = await create();
    const answers = await Promise.all([1, 2, 3, 4].map(() => scene.post(`/schedules/${id}/run`)));
    expect(answers.map(({ body: fire }) => (fire as FireView).outcome).sort()).toEqual([
      'skipped',
      'skipped',
      'skipped',
      'started',
    ]);
  });
});

describe('lists', () => {
  it('come in pages with filters', async () => {
    const made: ScheduleView[] = [];
    for (const paused of [false, true, false]) made.push(await create({ paused }));
    const list = async (query: string) => (await scene.get(`/schedules?${query}`)).body as ScheduleList;
    const ids = ({ schedules }: ScheduleList) => schedules.map(({ id }) => id);
    const page = await list('limit=2');
    expect(ids(page)).toEqual([made[2]!.id, made[1]!.id]);
    const rest = await scene.get(page.next!.replace(PUBLIC_URL, ''));
    expect(rest.body).toMatchObject({ schedules: [{ id: made[0]!.id }], next: null });
    expect(ids(await list('paused=true'))).toEqual([made[1]!.id]);
    expect(ids(await list('paused=false&limit=1'))).toEqual([made[2]!.id]);
    expect((await list('paused=false&limit=1')).next).toContain('paused=false');
    expect(ids(await list(`name=${made[0]!.name}`))).toEqual([made[0]!.id]);
    for (const bad of ['paused=maybe', 'name=../x', 'limit=0', 'cursor=x', 'color=red']) {
      expect((await scene.get(`/schedules?${bad}`)).status).toBe(422);
    }
  });

  it('of fires come newest first, without gap or repetition', async () => {
    await aModel();
    const { id } = await create({ overlap: 'replace' });
    for (let n = 0; n < 5; n++) await scene.post(`/schedules/${id}/run`);
    const seen: FireView[] = [];
    for (let path: string | null = `/schedules/${id}/fires?limit=2`; path;) {
      const { fires, next } = (await scene.get(path.replace(PUBLIC_URL, ''))).body as FireList;
      seen.push(...fires);
      path = next;
    }
    expect(new Set(seen.map((fire) => fire.id)).size).toBe(5);
    const times = seen.map(({ scheduledAt }) => scheduledAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(seen.flatMap(({ evaluations }) => evaluations.map(({ status }) => status))).toEqual([
      ...['queued', 'canceling', 'canceling', 'canceling', 'canceling'],
    ]);
  });
});

it('shows what fell, with the evaluation', async () => {
  const model = await aModel();
  const { id } = await create({ evaluation: { models: { ids: [model] }, dataset: '/d', targets: ['lfw'] } });
  const fire = (await scene.post(`/schedules/${id}/run`)).body as FireView;
  const [evaluation] = fire.evaluations;
  await scene.source.query(
    `insert into evaluation_regressions (run_id, target, metric, against, alias, changed, baseline_model_id, baseline_evaluation_id,
       baseline, current, margin, margin_from)
     values ($1, 'lfw', 'accuracy', 'alias', 'faces@production', '{model}', 'mdl_x', 'evl_x', 0.9, 0.8, 0.01, 'given')`,
    [evaluation!.id],
  );
  await scene.source.transaction((manager) =>
    transitionRun(manager, evaluation!.id, 'failed', { reason: 'internal', message: '' }),
  );
  expect((await scene.get(`/evaluations/${evaluation!.id}`)).body).toMatchObject({
    regressions: [
      { target: 'lfw', metric: 'accuracy', alias: 'faces@production', changed: ['model'], baseline: 0.9, current: 0.8 },
    ],
  });
});
