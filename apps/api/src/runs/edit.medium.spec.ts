import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runListSchema, runViewSchema, type CreatedEvaluation, type CreatedRun } from '#contracts';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const aLabelledRun = async (): Promise<string> =>
  ((await scene.post('/runs', aBody({ name: 'old', labels: { team: 'a', stage: 'test' } })).expect(202)).body as CreatedRun).id;
const edit = (id: string, body: unknown, ifMatch?: string) => {
  const test = scene.patch(`/runs/${id}`, body);
  return ifMatch === undefined ? test : test.set('if-match', ifMatch);
};
const find = async (query: string): Promise<string[]> =>
  runListSchema.parse((await scene.get(`/runs?${query}`).expect(200)).body).runs.map(({ id }) => id);

describe('PATCH /runs/:id', () => {
  it('changes name and labels where they are shown and where they are searched', async () => {
    const id = await aLabelledRun();
    const response = await edit(id, { name: 'new', labels: { team: 'b', stage: null, week: '3' } }).expect(200);
    const run = runViewSchema.parse(response.body);
    expect(run).toMatchObject({ name: 'new', labels: { team: 'b', week: '3' }, revision: 2 });
    expect(run.config).toMatchObject({ name: 'new', labels: { team: 'b', week: '3' }, maxSteps: 10 });
    expect(Object.keys(run.labels)).toEqual(['team', 'week']);
    expect(response.headers['etag']).toBe('"2"');
    expect(await find('name=new')).toEqual([id]);
    expect(await find('label=team:b&label=week:3')).toEqual([id]);
    expect(await find('label=stage:test')).not.toContain(id);
    expect(runViewSchema.parse((await edit(id, { name: null }).expect(200)).body).name).toBeNull();
    const audit = await scene.source.query<{ action: string; details: unknown }[]>(
      'select action, details from audit_events where resource_id = $1 order by at, id',
      [id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['runs.create', 'runs.update', 'runs.update']);
    expect(audit[2]?.details).toEqual({ name: null });
  });

  it('changes a run in any state, and nothing else of it', async () => {
    const id = await scene.aRun('starting', 'running', 'succeeded');
    const before = runViewSchema.parse((await scene.get(`/runs/${id}`)).body);
    const after = runViewSchema.parse((await edit(id, { labels: { kept: 'yes' } }).expect(200)).body);
    expect(after).toEqual({
      ...before,
      labels: { kept: 'yes' },
      revision: 2,
      config: { ...before.config, labels: { kept: 'yes' } },
    });
  });

  it('lets one of two that saw the same revision win', async () => {
    const id = await aLabelledRun();
    const etag = (await scene.get(`/runs/${id}`)).headers['etag'];
    expect(etag).toBe('"1"');
    const statuses = await Promise.all(['x', 'y', 'z'].map(async (name) => (await edit(id, { name }, etag)).status));
    expect(statuses.sort()).toEqual([200, 412, 412]);
    expect(problemOf(await edit(id, { name: 'late' }, etag)).code).toBe('precondition_failed');
    await edit(id, { name: 'any' }, '*').expect(200);
    expect(problemOf(await edit(id, { name: 'w' }, 'W/"1"').expect(400)).code).toBe('malformed_request');
    expect(problemOf(await edit(id, { name: 'w' }, '"1').expect(400)).code).toBe('malformed_request');
    // A shell eats quotes.
    await edit(id, { name: 'w' }, '1').expect(412);
  });

  it('loses no label of two that are added at once', async () => {
    const id = await aLabelledRun();
    await Promise.all(Array.from({ length: 8 }, (_, index) => edit(id, { labels: { [`k${index}`]: 'v' } }).expect(200)));
    const { labels, revision } = runViewSchema.parse((await scene.get(`/runs/${id}`)).body);
    expect(Object.keys(labels)).toHaveLength(10);
    expect(revision).toBe(9);
    const rows = await scene.source.query<unknown[]>('select from run_labels where run_id = $1', [id]);
    expect(rows).toHaveLength(10);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['']],
    ['no body', undefined, ['']],
    ['what is part of the work', { name: 'x', maxSteps: 5 }, ['/maxSteps']],
    ['an empty name', { name: '' }, ['/name']],
    ['a number', { labels: { a: 1 } }, ['/labels/a']],
    ['NUL', { labels: { a: 'b\0' } }, ['/labels/a']],
    ['too many', { labels: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, ''])) }, ['/labels']],
  ])('refuses %s', async (_, body, pointers) => {
    const id = await aLabelledRun();
    expect(pointersOf(await edit(id, body).expect(422))).toEqual(pointers);
    expect((await scene.get(`/runs/${id}`)).headers['etag']).toBe('"1"');
  });

  it('takes a label with the name of a property as data', async () => {
    const id = await aLabelledRun();
    await edit(id, { labels: { toString: 'z' } }).expect(200);
    expect(await find('label=toString:z')).toEqual([id]);
    await edit(id, { labels: { toString: null } }).expect(200);
    expect(await find('label=toString:z')).toEqual([]);
  });

  it('knows only runs, each by its kind', async () => {
    expect(problemOf(await edit('run_00000000000000000000', { name: 'x' }).expect(404)).code).toBe('not_found');
    const body = { model: { path: '/models/m' }, dataset: '/data', targets: ['lfw'] };
    const { id } = (await scene.post('/evaluations', body).expect(202)).body as CreatedEvaluation;
    await edit(id, { name: 'x' }).expect(404);
    const edited = await scene
      .patch(`/evaluations/${id}`, { name: 'x', labels: { a: 'b' } })
      .set('if-match', '"1"')
      .expect(200);
    expect(edited.body).toMatchObject({ id, name: 'x', labels: { a: 'b' }, revision: 2 });
    expect(edited.headers['etag']).toBe('"2"');
    await scene.patch(`/evaluations/${id}`, { name: 'y' }).set('if-match', '"1"').expect(412);
  });
});

describe('GET /runs/:id', () => {
  it('is whole also for who has seen its revision: progress does not change that', async () => {
    const id = await scene.aRun('starting');
    const first = await scene.get(`/runs/${id}`).expect(200);
    await scene.move(id, 'running');
    const second = await scene
      .get(`/runs/${id}`)
      .set('if-none-match', first.headers['etag'] ?? '')
      .expect(200);
    expect(second.body).toMatchObject({ status: 'running' });
  });
});
