import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelComparison, ModelDetails, ModelList, ModelView, PendingFiles, TaskView } from '#contracts';
import { evaluationConfigSchema } from '#contracts';
import {
  commitRecords,
  createEvaluation,
  forgetModel,
  ModelEntity,
  newId,
  REMOVAL_RETRY_MS,
  removeDeletedModels,
} from '#persistence';
import { pointersOf, problemOf } from '../testing/api-scene.js';
import { ModelScene } from '../testing/model-scene.js';

let scene: ModelScene;

beforeAll(async () => {
  scene = await ModelScene.open();
  await scene.anEndpoint();
});
afterAll(async () => {
  await scene?.close();
});

const details = async (ref: string): Promise<ModelDetails> =>
  (await scene.api.get(`/models/${ref}`).expect(200)).body as ModelDetails;
const list = async (query: string): Promise<ModelView[]> =>
  ((await scene.api.get(`/models?${query}`).expect(200)).body as ModelList).models;
const idsOf = (models: readonly ModelView[]): string[] => models.map(({ id }) => id);

/** An evaluation of the model that has scored one target. */
async function scored(modelId: string, target: string, accuracy: number, half: number | null): Promise<string> {
  const targets = [{ protocol: 'verification' as const, name: target, path: `/d/${target}.bin` }];
  const config = evaluationConfigSchema.parse({ model: { id: modelId, path: 'x' }, targets });
  const curve = { roc: [], histogram: { edges: [-1, 1], genuine: [1], impostor: [1] } };
  const interval = half === null ? null : { low: accuracy - half, high: accuracy + half, level: 0.95 };
  return scene.api.source.transaction(async (manager) => {
    const id = await createEvaluation(manager, config, []);
    await manager.query('update runs set generation = 1, engine = $2 where id = $1', [id, 'wasm']);
    await manager.query(
      `insert into evaluation_scores (run_id, generation, target, protocol, scores) values ($1, 1, $2, 'verification', $3)`,
      [id, target, JSON.stringify({ protocol: 'verification', ...SCORES, accuracy, interval, areaUnderRoc: 0.9, ...curve })],
    );
    await manager.query(`update runs set status = 'succeeded' where id = $1`, [id]);
    return id;
  });
}
const SCORES = {
  numPairs: 20,
  numSame: 10,
  accuracy: 0.5,
  accuracyStd: 0.1,
  threshold: 1,
  foldAccuracies: [0.5],
  tarAtFar: {},
  xnorm: 9,
};

describe('the registry', () => {
  it('gives what runs store a name, the next version, the labels of the run, and tells of it', async () => {
    const runId = await scene.api.aRun();
    await scene.api.source.query(
      `update runs set config = config || $2, status = 'running', generation = 1, engine = 'wasm' where id = $1`,
      [runId, JSON.stringify({ name: 'Łódź faces #1 ', labels: { team: 'a' } })],
    );
    await scene.api.source.query(
      `insert into generations (run_id, generation, world_size, start_step, state) values ($1, 1, 1, 0, 'running')`,
      [runId],
    );
    await scene.api.source.query('insert into ranks (run_id, generation, rank) values ($1, 1, 0)', [runId]);
    const written = (step: number) => ({
      type: 'model.written' as const,
      step,
      folder: `runs/${runId}/model/g1-s${step}`,
      files: [{ path: 'model.json', sizeBytes: 2, sha256: 'a'.repeat(64) }],
      accuracies: [],
      isBest: step === 2,
      isLast: false,
    });
    const bodies = [{ type: 'rank.claimed' as const, workerId: 'w', slot: 0, version: '9.9' }, written(1), written(2)];
    // One after the other: the list is by time.
    const at = (seq: number): string => new Date(Date.now() + seq).toISOString();
    const records = bodies.map((body, seq) => ({ runId, generation: 1, rank: 0, seq, workerId: 'w', at: at(seq), body }));
    await scene.api.source.transaction((manager) => commitRecords(manager, runId, records));

    const [second, first] = await list(`run=${runId}`);
    expect([first, second]).toMatchObject([
      { name: 'd-faces-1', version: 1, labels: { team: 'a' }, state: 'ready', source: 'run', isBest: false },
      { name: 'd-faces-1', version: 2, isBest: true },
    ]);
    expect(idsOf(await list(`run=${runId}&best=true`))).toEqual([second!.id]);
    expect(await details('d-faces-1@2')).toMatchObject({
      id: second!.id,
      lineage: {
        engine: 'wasm',
        codeVersion: '9.9',
        dataset: { path: '/data/faces', digest: null },
        checkpoint: null,
        parent: null,
      },
    });
    expect(await scene.newsOf(first!.id)).toMatchObject([{ type: 'model.created', data: { version: 1, source: 'run', runId } }]);
  });

  it('gives versions without a double when many come at once', async () => {
    const body = { path: '/m/x.onnx', name: 'crowd' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => scene.api.post('/models/import', body).then(({ body: model }) => model as ModelView)),
    );
    expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('is listed by name, network, state and labels, page by page', async () => {
    const labels = { team: 'b c', tier: ':1' };
    const ids = [];
    for (const version of [1, 2, 3])
      ids.push(await scene.aModel({ name: 'paged', version, labels: version > 1 ? labels : {}, network: 'r18' }));
    expect(idsOf(await list('name=paged'))).toEqual(ids.toReversed());
    expect(idsOf(await list('network=r18&state=ready'))).toEqual(ids.toReversed());
    expect(await list('name=paged&state=failed')).toEqual([]);
    const query = `label=${encodeURIComponent('team:b c')}&label=${encodeURIComponent('tier::1')}&limit=1`;
    const page = (await scene.api.get(`/models?${query}`).expect(200)).body as ModelList;
    expect(idsOf(page.models)).toEqual([ids[2]]);
    const next = new URL(page.next!);
    expect(idsOf(((await scene.api.get(next.pathname + next.search)).body as ModelList).models)).toEqual([ids[1]]);
    for (const bad of [
      'name=A',
      'alias=1',
      'label=x',
      'label=x=y',
      'state=new',
      'best=1',
      'limit=0',
      'network=%00',
      'run=%00',
      'label=a:%00',
    ]) {
      const response = await scene.api.get(`/models?${bad}`);
      expect([bad, response.status]).toEqual([bad, 422]);
    }
  });

  it('changes labels and description, and not for who has not seen the last change', async () => {
    const id = await scene.aModel();
    const seen = await scene.api.get(`/models/${id}`).expect(200);
    expect(seen.headers['etag']).toBe('"1"');
    const patch = (change: unknown) =>
      scene.api
        .patch(`/models/${id}`, change)
        .set('If-Match', '"1"')
        .then((response) => response);
    const answers = await Promise.all([patch({ labels: { a: '1' } }), patch({ description: 'mine' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const response = await scene.api.patch(`/models/${id}`, { labels: { b: '2' }, description: '' }).expect(200);
    expect([response.headers['etag'], response.body]).toMatchObject([
      '"3"',
      { labels: { b: '2' }, description: '', revision: 3 },
    ]);
    for (const bad of [
      {},
      { name: 'other' },
      { labels: { '': 'x' } },
      { description: 'x'.repeat(4001) },
      { description: 'a\0b' },
      { labels: { x: 1 } },
    ]) {
      expect((await scene.api.patch(`/models/${id}`, bad)).status).toBe(422);
    }
  });
});

describe('GET /models/:id/compare', () => {
  it('holds the newest results together and says what may be chance', async () => {
    const [one, two] = [await scene.aModel({ name: 'cmp', version: 1 }), await scene.aModel({ name: 'cmp', version: 2 })];
    await scored(one, 'lfw', 0.5, 0.01);
    const newest = await scored(one, 'lfw', 0.9, 0.01);
    await scored(one, 'cfp_fp', 0.8, 0.05);
    await scored(one, 'agedb', 0.7, null);
    await scored(one, 'mine', 0.7, null);
    await scored(two, 'lfw', 0.8, 0.01);
    await scored(two, 'cfp_fp', 0.85, 0.05);
    await scored(two, 'agedb', 0.75, 0.01);
    await scored(two, 'theirs', 0.7, null);
    const answer = (await scene.api.get(`/models/${one}/compare?with=cmp@2`).expect(200)).body as ModelComparison;
    expect(answer).toMatchObject({
      model: { id: one, version: 1 },
      with: { id: two, version: 2 },
      onlyModel: ['mine'],
      onlyWith: ['theirs'],
    });
    expect(answer.targets.map(({ target, intervalsOverlap }) => [target, intervalsOverlap])).toEqual([
      ['agedb', null],
      ['cfp_fp', true],
      ['lfw', false],
    ]);
    const lfw = answer.targets[2]!;
    expect(lfw.difference).toBeCloseTo(0.1, 10);
    expect(lfw.model).toMatchObject({
      value: 0.9,
      interval: { low: 0.89 },
      source: { kind: 'evaluation', evaluationId: newest, engine: 'wasm' },
    });
    expect((await details('cmp@1')).metrics.map(({ target, value }) => [target, value])).toContainEqual(['lfw', 0.9]);
    await scene.api.get(`/models/${one}/compare`).expect(422);
    await scene.api.get(`/models/${one}/compare?with=..`).expect(422);
    await scene.api.get(`/models/${one}/compare?with=cmp@9`).expect(404);
  });
});

describe('POST /models/import', () => {
  const body = (name: string) => ({ path: '/models/graph.onnx', name, labels: { from: 'elsewhere' }, description: 'theirs' });
  const files = [{ path: 'model.onnx', sizeBytes: 5, sha256: 'a'.repeat(64) }];

  it('answers with a model that waits, and it is ready when a worker has it', async () => {
    const response = await scene.api.post('/models/import', body('brought')).set('Idempotency-Key', 'k1').expect(202);
    const model = response.body as ModelView;
    expect(model).toMatchObject({
      name: 'brought',
      version: 1,
      state: 'importing',
      source: 'import',
      runId: null,
      network: null,
      labels: { from: 'elsewhere' },
    });
    expect(response.headers['location']).toBe(model.urls.self);
    const again = await scene.api.post('/models/import', body('brought')).set('Idempotency-Key', 'k1').expect(202);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([model, 'true']);

    for (const [path, send] of [
      [`/models/${model.id}/embeddings`, { images: [{ data: 'iVBORw0KGgoAAA==' }] }],
      ['/evaluations', { model: { id: 'brought@1' }, dataset: '/d', targets: ['lfw'] }],
    ] as const) {
      expect(problemOf(await scene.api.post(path, send).expect(409)).detail).toContain('still being imported');
    }
    const taskId = model.urls.task!.split('/').at(-1)!;
    const { work } = (await scene.api.get(`/tasks/${taskId}`)).body as TaskView;
    expect(work).toEqual({ task: 'model.import', modelId: model.id, path: '/models/graph.onnx', folder: `models/${model.id}` });
    const folder = `models/${model.id}/${taskId}-g1`;
    await scene.complete(taskId, { task: 'model.import', network: null, embeddingSize: 512, format: 'onnx', folder, files });
    expect(await details('brought@1')).toMatchObject({
      state: 'ready',
      format: 'onnx',
      embeddingSize: 512,
      folder,
      files,
      run: null,
      lineage: { dataset: null },
    });
    expect(await scene.newsOf(model.id)).toMatchObject([{ type: 'model.created', data: { source: 'import', taskId } }]);
    await scene.api.post('/evaluations', { model: { id: 'brought@1' }, dataset: '/d', targets: ['lfw'] }).expect(202);
  });

  it('that fails, is canceled or lies leaves a model that says why, and can be deleted', async () => {
    const ends = {
      failed: (task: string) => scene.api.move(task, 'failed'),
      canceled: async (task: string) => {
        await scene.api.post(`/tasks/${task}/cancel`).expect(202);
        await scene.api.move(task, 'canceled');
      },
      lied: (task: string) =>
        scene.complete(task, {
          task: 'model.import',
          network: null,
          embeddingSize: 2,
          format: 'onnx',
          folder: 'runs/run_x',
          files,
        }),
    };
    for (const [name, end] of Object.entries(ends)) {
      const model = (await scene.api.post('/models/import', body(name)).expect(202)).body as ModelView;
      expect(problemOf(await scene.api.delete(`/models/${model.id}`).expect(409)).detail).toContain('has not ended');
      await end(model.urls.task!.split('/').at(-1)!);
      const failed = await details(model.id);
      expect([name, failed.state, typeof failed.error?.message]).toEqual([name, 'failed', 'string']);
      expect((await scene.newsOf(model.id)).map(({ type }) => type)).toEqual(['model.failed']);
      await scene.api.delete(`/models/${model.id}`).expect(204);
    }
  });

  it.each([
    [{ path: 'relative' }, '/path'],
    [{ path: '/a\0b' }, '/path'],
    [{ path: 's3://bucket/x' }, '/path'],
    [{ name: 'No' }, '/name'],
    [{ name: '../x' }, '/name'],
    [{ epoch: 10_000 }, '/epoch'],
    [{ labels: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, 'x'])) }, '/labels'],
    [{ extra: 1 }, '/extra'],
  ])('refuses %j', async (wrong, pointer) => {
    expect(pointersOf(await scene.api.post('/models/import', { ...body('refused'), ...wrong }).expect(422))).toContain(pointer);
  });
});

describe('DELETE /models/:id', () => {
  it('is refused while an alias, an evaluation or the run needs the model, and names them', async () => {
    const id = await scene.aModel({ name: 'needed' });
    await scene.api.put(`/models/${id}/aliases/production`).expect(200);
    const evaluation = (
      await scene.api.post('/evaluations', { model: { id: 'needed@production' }, dataset: '/d', targets: ['lfw'] }).expect(202)
    ).body as { id: string };
    const refused = problemOf(await scene.api.delete(`/models/${id}`).expect(409));
    expect(refused.detail).toContain('needed@production');
    expect(refused.detail).toContain(evaluation.id);
    await scene.api.move(evaluation.id, 'canceled');
    await scene.api.delete(`/models/${id}/aliases/production`).expect(204);
    await scene.api.delete(`/models/${id}`).set('If-Match', '"7"').expect(412);
    await scene.api.delete(`/models/${id}`).set('If-Match', '"1"').expect(204);
    for (const path of [`/models/${id}`, '/models/needed@1', `/models/${id}/files`]) await scene.api.get(path).expect(404);
    await scene.api.delete(`/models/${id}`).expect(404);
    expect((await scene.newsOf(id)).map(({ type }) => type)).toEqual(['model.alias_set', 'model.alias_removed', 'model.deleted']);

    const running = await scene.api.aRun('starting', 'running');
    const fresh = await scene.aModel({ runId: running });
    expect(problemOf(await scene.api.delete(`/models/${fresh}`).expect(409)).detail).toContain(
      `the run ${running} has not ended`,
    );
  });

  it('and an alias that is set at the same time: one of them comes too late', async () => {
    for (let round = 0; round < 8; round++) {
      const id = await scene.aModel();
      const [deleted, set] = await Promise.all([
        scene.api.delete(`/models/${id}`).then(({ status }) => status),
        scene.api.put(`/models/${id}/aliases/x`).then(({ status }) => status),
      ]);
      expect([
        [204, 404],
        [409, 200],
      ]).toContainEqual([deleted, set]);
    }
  });

  it('and an evaluation that begins at the same time: one of them comes too late', async () => {
    for (let round = 0; round < 8; round++) {
      const id = await scene.aModel();
      const [deleted, created] = await Promise.all([
        scene.api.delete(`/models/${id}`).then(({ status }) => status),
        scene.api.post('/evaluations', { model: { id }, dataset: '/d', targets: ['lfw'] }).then(({ status }) => status),
      ]);
      expect([
        [204, 422],
        [409, 202],
      ]).toContainEqual([deleted, created]);
    }
  });

  it('has the files removed by one task, again when it failed, and not again when they are gone', async () => {
    const remove = (now = new Date()) => scene.api.source.transaction((manager) => removeDeletedModels(manager, now));
    const finish = async (taskId: string): Promise<string[]> => {
      const { work } = (await scene.api.get(`/tasks/${taskId}`)).body as TaskView;
      if (work.task !== 'model.remove') throw new Error(work.task);
      const removed = work.models.map(({ id }) => id);
      await scene.complete(taskId, { task: 'model.remove', removed });
      return removed;
    };
    const first = await remove();
    if (first !== null) await finish(first);

    const folder = 'runs/run_y/model/g1-s10';
    const id = await scene.aModel({ folder });
    await scene.api.delete(`/models/${id}`).expect(204);
    const taskId = (await remove())!;
    expect(await remove()).toBeNull();
    const { work } = (await scene.api.get(`/tasks/${taskId}`)).body as TaskView;
    expect(work).toEqual({ task: 'model.remove', models: [{ id, folders: [folder, `exports/${id}`] }] });
    await scene.api.move(taskId, 'failed');
    expect(await remove()).toBeNull();
    const again = (await remove(new Date(Date.now() + REMOVAL_RETRY_MS + 60_000)))!;
    expect(await finish(again)).toEqual([id]);
    expect(await remove()).toBeNull();
    expect((await scene.api.source.manager.findOneByOrFail(ModelEntity, { id })).filesGoneAt).toBeInstanceOf(Date);
  });

  it('waits with the files of a model that its run has replaced until nobody exports it any more', async () => {
    // One that another test let fail holds up none.
    const later = new Date(Date.now() + REMOVAL_RETRY_MS + 60_000);
    const remove = () => scene.api.source.transaction((manager) => removeDeletedModels(manager, later));
    for (let taskId = await remove(); taskId !== null; taskId = await remove()) {
      const { work } = (await scene.api.get(`/tasks/${taskId}`)).body as TaskView;
      if (work.task === 'model.remove') {
        await scene.complete(taskId, { task: 'model.remove', removed: work.models.map(({ id }) => id) });
      }
    }
    const folder = 'runs/run_z/model/g1-s10';
    const id = await scene.aModel({ folder });
    const { runId } = await details(id);
    const { taskId } = (await scene.api.get(`/models/${id}/files?format=onnx`).expect(202)).body as PendingFiles;
    await scene.api.source.transaction((manager) => forgetModel(manager, runId!, folder, new Date()));
    await scene.api.get(`/models/${id}`).expect(404);
    expect(await remove()).toBeNull();
    const exported = `exports/${id}/onnx/${taskId}-g1`;
    await scene.complete(taskId, { task: 'model.export', folder: exported, files: [] });
    const { work } = (await scene.api.get(`/tasks/${(await remove())!}`)).body as TaskView;
    expect(work).toEqual({ task: 'model.remove', models: [{ id, folders: [folder, `exports/${id}`] }] });
  });

  it('of a name leaves its number unused', async () => {
    const send = async () =>
      (await scene.api.post('/models/import', { path: '/m.onnx', name: 'counted' }).expect(202)).body as ModelView;
    const { id, urls } = await send();
    await scene.api.move(urls.task!.split('/').at(-1)!, 'failed');
    await scene.api.delete(`/models/${id}`).expect(204);
    expect((await send()).version).toBe(2);
    await scene.api.get(`/models/${newId('mdl')}`).expect(404);
  });
});
