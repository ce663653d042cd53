import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedEvaluation, CreatedRun, DatasetDetails, DatasetList, DatasetView, TaskView } from '#contracts';
import { newId } from '#persistence';
import { ApiScene, aBody, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
afterAll(() => scene?.close());

let numNames = 0;
const aName = (): string => `faces-${++numNames}`;
const A = 'a'.repeat(64);
const files = [{ name: 'train.rec', sizeBytes: 7, sha256: null }];

async function register(overrides: Record<string, unknown> = {}): Promise<DatasetView> {
  const response = await scene.post('/datasets', { name: aName(), path: '/data/faces', ...overrides }).expect(202);
  return response.body as DatasetView;
}

/** A version as its validation leaves it. */
async function ready(
  name = aName(),
  digest = A,
  targets: Record<string, unknown> = { lfw: { pairs: 6, same: 3 }, cfp_fp: { pairs: 6, same: 3 } },
) {
  const dataset = await register({ name });
  const facts = {
    ...{
      images: 12,
      identities: 3,
      width: 112,
      height: 112,
      imageBytes: 1000,
      targets,
      digest,
      fingerprint: 'f'.repeat(64),
      files,
    },
    perIdentity: { min: 4, median: 4, max: 4, empty: 0 },
  };
  await scene.source.query(
    `update datasets set state = 'ready', facts = $2, digest = $3, validated_at = clock_timestamp() where id = $1`,
    [dataset.id, JSON.stringify(facts), digest],
  );
  return dataset;
}
const countAudits = async (action: string, id: string): Promise<number> => {
  const [row] = await scene.source.query<[{ n: number }]>(
    'select count(*)::int as n from audit_events where action = $1 and resource_id = $2',
    [action, id],
  );
  return row.n;
};

describe('POST /datasets', () => {
  it('registers a version that waits for its validation', async () => {
    const response = await scene.post('/datasets', { name: 'one', path: 's3://bucket/faces', labels: { team: 'x' } }).expect(202);
    const dataset = response.body as DatasetView;
    expect(dataset).toMatchObject({
      id: expect.stringMatching(/^dts_[0-9a-z]{20}$/),
      ...{ name: 'one', ref: null, state: 'validating', path: 's3://bucket/faces', kind: 'faces_emore', decode: true },
      ...{ labels: { team: 'x' }, description: '', facts: null, digest: null, problems: [], duplicateOf: null, revision: 1 },
    });
    expect(response.headers['location']).toBe(`${PUBLIC_URL}/datasets/${dataset.id}`);
    expect(dataset.urls.task).toBe(`${PUBLIC_URL}/tasks/${dataset.taskId}`);
    const task = (await scene.get(`/tasks/${dataset.taskId}`).expect(200)).body as TaskView;
    expect(task).toMatchObject({ status: 'queued', step: 0, totalSteps: 1 });
    expect(task.work).toEqual({
      ...{ task: 'dataset.validate', datasetId: dataset.id, path: 's3://bucket/faces', kind: 'faces_emore', decode: true },
    });
    expect(await countAudits('datasets.register', dataset.id)).toBe(1);
  });

  it('once for one Idempotency-Key', async () => {
    const body = { name: aName(), path: '/data/faces' };
    const post = () => scene.post('/datasets', body).set('Idempotency-Key', 'k-1');
    const [first, second] = [await post().expect(202), await post().expect(202)];
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    const other = await scene
      .post('/datasets', { ...body, path: '/b' })
      .set('Idempotency-Key', 'k-1')
      .expect(422);
    expect(problemOf(other).code).toBe('idempotency_key_reused');
  });

  it.each([
    [{ name: 'Faces' }, '/name'],
    [{ name: '../etc' }, '/name'],
    [{ name: 'a'.repeat(64) }, '/name'],
    [{ name: `dts_${'a'.repeat(20)}` }, '/name'],
    [{ name: 'a@b' }, '/name'],
    [{ path: 'relative/path' }, '/path'],
    [{ path: `/${'x'.repeat(5000)}` }, '/path'],
    [{ path: '/a\0b' }, '/path'],
    [{ path: 's3://NO' }, '/path'],
    [{ kind: 'zip' }, '/kind'],
    [{ labels: { a: 'x'.repeat(300) } }, '/labels/a'],
    [{ labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, ''])) }, '/labels'],
    [{ description: 'x'.repeat(2001) }, '/description'],
    [{ description: 'a\0' }, '/description'],
    [{ digest: A }, '/digest'],
  ])('refuses %j', async (overrides, pointer) => {
    const response = await scene.post('/datasets', { name: 'x', path: '/x', ...overrides }).expect(422);
    expect(pointersOf(response)).toContain(pointer);
  });
});

describe('GET /datasets', () => {
  it('finds a version by id, name and digits of its digest', async () => {
    const name = aName();
    const { id } = await ready(name);
    for (const ref of [id, name, `${name}@aaaaaaaa`, `${name}@${A}`]) {
      const response = await scene.get(`/datasets/${ref}`).expect(200);
      expect(response.body as DatasetDetails).toMatchObject({ id, ref: `${name}@${A}`, runs: [], facts: { images: 12 } });
      expect(response.headers['etag']).toBe('"1"');
    }
    for (const ref of [`${name}@aaaaaaa`, `${name}@${'b'.repeat(8)}`, newId('dts'), 'no', '%00', '..%2F..%2Fetc']) {
      expect((await scene.get(`/datasets/${ref}`)).status).toBe(404);
    }
  });

  it('lists with filters and links to the next page', async () => {
    const team = aName();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await register({ labels: { team, 'a=b': 'no' } })).id);
    const page = (await scene.get(`/datasets?label=team:${team}&limit=2`).expect(200)).body as DatasetList;
    expect(page.datasets).toHaveLength(2);
    const next = (await scene.get(page.next!.slice(PUBLIC_URL.length)).expect(200)).body as DatasetList;
    expect([...page.datasets, ...next.datasets].map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(next.next).toBeNull();
    const none = (await scene.get(`/datasets?label=team:${team}&state=ready,invalid`).expect(200)).body as DatasetList;
    expect(none.datasets).toEqual([]);
    for (const query of ['label=x', 'state=gone', 'name=A', 'cursor=x', 'limit=0', 'more=1']) {
      await scene.get(`/datasets?${query}`).expect(422);
    }
  });
});

describe('PATCH /datasets/:id', () => {
  it('changes labels and description of the revision that was seen', async () => {
    const { id } = await register({ labels: { old: '1' } });
    const changed = await scene
      .patch(`/datasets/${id}`, { labels: { new: '2' } })
      .set('If-Match', '"1"')
      .expect(200);
    expect(changed.body as DatasetView).toMatchObject({ labels: { new: '2' }, description: '', revision: 2 });
    expect(changed.headers['etag']).toBe('"2"');
    const stale = await scene.patch(`/datasets/${id}`, { description: 'x' }).set('If-Match', '"1"').expect(412);
    expect(problemOf(stale).code).toBe('precondition_failed');
    await scene.patch(`/datasets/${id}`, { description: 'x' }).expect(200);
    await scene.patch(`/datasets/${id}`, { path: '/elsewhere' }).expect(422);
    await scene.patch(`/datasets/${id}`, {}).set('If-Match', 'what').expect(400);
    await scene.patch('/datasets/faces', { description: 'x' }).expect(404);
    expect(await countAudits('datasets.update', id)).toBe(2);
  });

  it('of two at once with one revision only one succeeds', async () => {
    const { id } = await register();
    const patch = (description: string) => scene.patch(`/datasets/${id}`, { description }).set('If-Match', '"1"');
    const answers = await Promise.all([patch('a'), patch('b'), patch('c')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });
});

describe('a run that refers to a data set', () => {
  it('is pinned to the version, and the version knows it', async () => {
    const name = aName();
    const { id } = await ready(name);
    const body = aBody({ dataset: { ref: `${name}@aaaaaaaa`, mirror: false } });
    const run = (await scene.post('/runs', body).expect(202)).body as CreatedRun;
    expect(run.config['dataset']).toMatchObject({
      ...{ path: '/data/faces', kind: 'faces_emore', mirror: false, ref: `${name}@${A}`, datasetId: id, digest: A, files },
      fingerprint: 'f'.repeat(64),
    });
    const { runs } = (await scene.get(`/datasets/${name}`)).body as DatasetDetails;
    expect(runs).toEqual([{ id: run.id, kind: 'training', status: 'queued', createdAt: run.createdAt }]);
    const refused = await scene.delete(`/datasets/${id}`).expect(409);
    expect(problemOf(refused).detail).toContain(run.id);
    await scene.move(run.id, 'canceled');
    await scene.delete(`/datasets/${id}`).expect(204);
    await scene.get(`/datasets/${id}`).expect(404);
    expect(await countAudits('datasets.delete', id)).toBe(1);
    expect((await scene.get(`/runs/${run.id}`).expect(200)).body as CreatedRun).toMatchObject({
      config: { dataset: { digest: A } },
    });
  });

  it('may name it in the overrides of a recipe', async () => {
    const name = aName();
    await ready(name);
    const { recipes } = (await scene.get('/recipes')).body as { recipes: { name: string; requires: string[] }[] };
    const known = recipes.find(({ requires }) => requires.length === 1 && requires[0] === 'dataset.path')!;
    const run = await scene.post('/runs', { recipe: known.name, overrides: { dataset: { ref: name } } }).expect(202);
    expect((run.body as CreatedRun).config['dataset']).toMatchObject({ ref: `${name}@${A}`, path: '/data/faces' });
    const overrides = { dataset: { ref: 'nobody' } };
    const refused = await scene.post('/runs', { recipe: known.name, overrides }).expect(422);
    expect(pointersOf(refused)).toEqual(['/overrides/dataset/ref']);
  });

  it('is refused where the reference names nothing that is ready', async () => {
    const waiting = await register();
    const name = aName();
    await ready(name);
    for (const [dataset, pointer, code] of [
      [{ ref: 'nobody' }, '/dataset/ref', 'dataset_not_found'],
      [{ ref: waiting.name }, '/dataset/ref', 'dataset_not_found'],
      [{ ref: waiting.id }, '/dataset/ref', 'dataset_not_found'],
      [{ ref: `${name}@bbbbbbbb` }, '/dataset/ref', 'dataset_not_found'],
      [{ ref: '../x' }, '/dataset/ref', 'validation_failed'],
      [{ ref: name, path: '/x' }, '/dataset/ref', 'validation_failed'],
      [{ ref: name, kind: 'image_folder' }, '/dataset/kind', 'validation_failed'],
      [{ path: '/x', digest: A }, '/dataset/digest', 'validation_failed'],
      [{ path: '/x', fingerprint: A }, '/dataset/fingerprint', 'validation_failed'],
      [{ mirror: true }, '/dataset/path', 'validation_failed'],
    ] as const) {
      const response = await scene.post('/runs', aBody({ dataset } as never));
      expect([response.status, problemOf(response).code, pointersOf(response)]).toEqual([422, code, [pointer]]);
    }
  });

  it('and a deletion at the same time: one of them is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const name = aName();
      const { id } = await ready(name);
      const [run, deletion] = await Promise.all([
        scene.post('/runs', aBody({ dataset: { ref: name } as never })),
        scene.delete(`/datasets/${id}`),
      ]);
      expect([
        [202, 409],
        [422, 204],
      ]).toContainEqual([run.status, deletion.status]);
    }
  });
});

describe('an evaluation of a registered data set', () => {
  const evaluate = (body: Record<string, unknown>) => scene.post('/evaluations', { model: { path: '/models/m' }, ...body });

  it('takes all its sets where no targets are named', async () => {
    const name = aName();
    const { id } = await ready(name);
    const created = (await evaluate({ dataset: name }).expect(202)).body as CreatedEvaluation;
    expect(created.totalSteps).toBe(2);
    expect(created.config['targets']).toEqual([
      { protocol: 'verification', name: 'lfw', path: '/data/faces/lfw.bin' },
      { protocol: 'verification', name: 'cfp_fp', path: '/data/faces/cfp_fp.bin' },
    ]);
    expect(created.config['dataset']).toMatchObject({ ref: `${name}@${A}`, datasetId: id, path: '/data/faces', files });
    const { runs } = (await scene.get(`/datasets/${id}`)).body as DatasetDetails;
    expect(runs).toMatchObject([{ id: created.id, kind: 'evaluation' }]);
    const other = { protocol: 'verification', name: 'own', path: '/x/own.bin' };
    const named = (await evaluate({ dataset: `${name}@aaaaaaaa`, targets: ['cfp_fp', other] }).expect(202))
      .body as CreatedEvaluation;
    expect(named.config['targets']).toEqual([
      { protocol: 'verification', name: 'cfp_fp', path: '/data/faces/cfp_fp.bin' },
      other,
    ]);
  });

  it('refuses sets that are not inside, data sets without any, and names of nothing', async () => {
    const name = aName();
    await ready(name);
    const bare = aName();
    await ready(bare, A, {});
    for (const [body, pointer] of [
      [{ dataset: name, targets: ['lfw', 'agedb_30'] }, '/targets/1'],
      [{ dataset: bare }, '/dataset'],
      [{ dataset: 'nobody' }, '/dataset'],
      [{ dataset: '/data/faces' }, '/targets'],
      [{}, '/targets'],
    ] as const) {
      const response = await evaluate(body).expect(422);
      expect(pointersOf(response)).toContain(pointer);
    }
  });
});

describe('POST /datasets/:id/revalidate', () => {
  it('registers a further version of one that is ready', async () => {
    const name = aName();
    const { id } = await ready(name);
    const again = (await scene.post(`/datasets/${id}/revalidate`).expect(202)).body as DatasetView;
    expect(again).toMatchObject({ name, path: '/data/faces', state: 'validating' });
    expect(again.id).not.toBe(id);
    expect(((await scene.get(`/datasets/${name}`)).body as DatasetDetails).id).toBe(id);
    const refused = await scene.post(`/datasets/${again.id}/revalidate`).expect(409);
    expect(problemOf(refused).detail).toContain(again.taskId);
    await scene.delete(`/datasets/${again.id}`).expect(409);
    expect(await countAudits('datasets.revalidate', id)).toBe(1);
  });

  it('validates one again whose validation was canceled, in place', async () => {
    const { id, taskId } = await register();
    await scene.post(`/tasks/${taskId}/cancel`).expect(202);
    await scene.move(taskId, 'canceled');
    expect(((await scene.get(`/datasets/${id}`)).body as DatasetDetails).state).toBe('failed');
    const again = (await scene.post(`/datasets/${id}/revalidate`).expect(202)).body as DatasetView;
    expect(again).toMatchObject({ id, state: 'validating', problems: [] });
    expect(again.taskId).not.toBe(taskId);
    await scene.post('/datasets/dts_/revalidate').expect(404);
    await scene.post(`/datasets/${newId('dts')}/revalidate`).expect(404);
  });
});
