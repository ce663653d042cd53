import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationListSchema, runListSchema, type CreatedEvaluation, type CreatedRun, type CreateRunInput } from '#contracts';
import { aBody, ApiScene, pointersOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
const ids = new Map<string, string>();

async function create(name: string, overrides: Partial<CreateRunInput>, at: string): Promise<void> {
  const { id } = (await scene.post('/runs', aBody({ name, ...overrides })).expect(202)).body as CreatedRun;
  await scene.source.query('update runs set created_at = $2 where id = $1', [id, at]);
  await scene.source.query('update run_labels set created_at = $2 where run_id = $1', [id, at]);
  ids.set(name, id);
}

beforeAll(async () => {
  scene = await ApiScene.open();
  await create('first_a', { labels: { team: 'a', stage: 'test' } }, '2026-01-01T00:00:00Z');
  await create('first%b', { labels: { team: 'b,c', stage: 'test' } }, '2026-01-02T00:00:00Z');
  await create('second', { labels: { team: 'a', url: 'http://x:1' }, network: { name: 'r50' } }, '2026-01-03T00:00:00Z');
  await create('third', { labels: { team: 'a', stage: 'live' }, network: { name: 'r50' } }, '2026-01-04T00:00:00Z');
  await scene.move(ids.get('third') ?? '', 'failed');
  const recipe = { recipe: 'demo', overrides: { dataset: { path: '/data/faces' }, name: 'recipe' } };
  ids.set('recipe', ((await scene.post('/runs', recipe).expect(202)).body as CreatedRun).id);
});
afterAll(() => scene?.close());

async function find(query: string): Promise<string[]> {
  const { runs } = runListSchema.parse((await scene.get(`/runs?${query}`).expect(200)).body);
  return runs.map(({ name }) => name ?? '');
}

describe('GET /runs with filters', () => {
  it.each<[string, string[]]>([
    ['label=team:a', ['third', 'second', 'first_a']],
    ['label=team:a&label=stage:test', ['first_a']],
    ['label=stage:test&label=team:a&label=none:x', []],
    ['label=team:b%2Cc', ['first%b']],
    ['label=url:http://x:1', ['second']],
    ['label=team:', []],
    ['name=first', ['first%b', 'first_a']],
    ['name=first_', ['first_a']],
    ['name=first%25', ['first%b']],
    ['name=irst', []],
    ['network=r50', ['third', 'second']],
    ['network=r50&status=failed', ['third']],
    ['status=failed,queued&label=team:a', ['third', 'second', 'first_a']],
    ['status=failed,queued&name=first', ['first%b', 'first_a']],
    ['recipe=demo', ['recipe']],
    ['recipe=other', []],
    ['createdAfter=2026-01-02T00:00:00Z&createdBefore=2026-01-04T00:00:00Z', ['second', 'first%b']],
    ['createdAfter=2026-01-02T01:00:00%2B01:00&createdBefore=2026-01-03T00:00:00Z', ['first%b']],
    ['createdBefore=2026-01-04T00:00:00Z&label=team:a', ['second', 'first_a']],
  ])('%s', async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it('keeps the filters in the links, page by page', async () => {
    for (const filter of [
      'label=team:a',
      'status=failed&status=queued&label=team:a',
      'network=r50&createdAfter=2026-01-01T00:00:00Z',
    ]) {
      const wanted = await find(filter);
      const found: string[] = [];
      for (let next: string | null = `/runs?${filter}&limit=1`; next !== null && found.length < 10;) {
        const page = runListSchema.parse((await scene.get(next).expect(200)).body);
        found.push(...page.runs.map(({ name }) => name ?? ''));
        next = page.next && page.next.slice(PUBLIC_URL.length);
      }
      expect(found).toEqual(wanted);
    }
  });

  it.each([
    ['label=team', '/label/0'],
    ['label=:a', '/label/0'],
    ['label=a:%00', '/label/0'],
    [`label=a:${'x'.repeat(256)}`, '/label/0'],
    ['name=', '/name'],
    ['name=a%00', '/name'],
    [`name=${'a'.repeat(201)}`, '/name'],
    ['recipe=%00', '/recipe'],
    ['network=nothing', '/network'],
    ['createdAfter=yesterday', '/createdAfter'],
    ['createdBefore=2026-01-01', '/createdBefore'],
    ['createdBefore=2026-01-01T00:00:00Z&createdBefore=2026-01-02T00:00:00Z', '/createdBefore'],
    ['labels=a:b', '/labels'],
  ])('refuses %s', async (query, pointer) => {
    expect(pointersOf(await scene.get(`/runs?${query}`).expect(422))).toEqual([pointer]);
  });

  it.each([
    'createdAfter=9999-12-31T23:59:59-23:59',
    'createdBefore=0000-01-01T00:00:00Z',
    'createdBefore=0001-01-01T00:00:00%2B23:59',
    'name=%25',
    'name=_',
    'name=%5C',
    `name=${encodeURIComponent("'; drop table runs; --")}`,
    `label=${encodeURIComponent("a':%' or '1'='1")}`,
    `label=a:${encodeURIComponent('\u{1f600}'.repeat(100))}`,
    'recipe=%25',
    `status=${'failed,'.repeat(1_000)}failed&name=none`,
  ])('takes %s as what it says, and finds nothing', async (query) => {
    expect(runListSchema.parse((await scene.get(`/runs?${query}`).expect(200)).body).runs).toEqual([]);
  });

  it('refuses more labels than a run can have, when it is created and when it is searched', async () => {
    const labels = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, '']));
    expect(pointersOf(await scene.post('/runs', aBody({ labels })).expect(422))).toEqual(['/labels']);
    const query = Object.keys(labels).map((key) => `label=${key}:`);
    await scene.get(`/runs?${query.join('&')}`).expect(422);
    await scene.get(`/runs?${query.slice(0, 64).join('&')}`).expect(200);
  });
});

describe('GET /evaluations with filters', () => {
  it('finds them by label, name and time, and no runs', async () => {
    const body = { model: { path: '/models/m' }, dataset: '/data', targets: ['lfw'], name: 'nightly', labels: { team: 'a' } };
    const { id } = (await scene.post('/evaluations', body).expect(202)).body as CreatedEvaluation;
    for (const query of ['label=team:a', 'name=night', 'status=queued&label=team:a', 'createdAfter=2026-01-05T00:00:00Z']) {
      const { evaluations } = evaluationListSchema.parse((await scene.get(`/evaluations?${query}`).expect(200)).body);
      expect(evaluations.map((each) => each.id)).toEqual([id]);
    }
    expect((await scene.get('/evaluations?label=team:b').expect(200)).body).toMatchObject({ evaluations: [] });
    expect(pointersOf(await scene.get('/evaluations?network=r50').expect(422))).toEqual(['/network']);
  });
});
