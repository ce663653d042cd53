import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedEvaluation, EvaluationList, EvaluationView, ModelDetails, ModelList } from '#contracts';
import { ModelEntity, newId } from '#persistence';
import { ApiScene, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
let modelId: string;
let runId: string;

beforeAll(async () => {
  scene = await ApiScene.open();
  runId = await scene.aRun();
  modelId = newId('mdl');
  await scene.source.manager.insert(ModelEntity, {
    id: modelId,
    name: 'y1',
    version: 1,
    runId,
    generation: 1,
    step: 10,
    folder: `runs/${runId}/model/g1-s10`,
    network: 'y1',
    embeddingSize: 128,
    files: [{ path: 'model.json', sizeBytes: 1, sha256: '0'.repeat(64) }],
    accuracies: [],
    isBest: false,
    isLast: true,
  });
});

afterAll(async () => {
  await scene?.close();
});

const aBody = (overrides: Record<string, unknown> = {}) => ({
  model: { id: modelId },
  dataset: '/data/faces',
  targets: ['lfw', { protocol: 'identification', name: 'mega', probes: '/data/probes', distractors: '/data/others' }],
  ...overrides,
});

async function create(overrides: Record<string, unknown> = {}): Promise<CreatedEvaluation> {
  const response = await scene.post('/evaluations', aBody(overrides)).expect(202);
  return response.body as CreatedEvaluation;
}

describe('POST /evaluations', () => {
  it('resolves the model and the targets that are given by name', async () => {
    const response = await scene.post('/evaluations', aBody({ webhooks: [{ url: 'https://a.test/x' }] })).expect(202);
    const view = response.body as CreatedEvaluation;
    expect(view.id).toMatch(/^evl_[0-9a-z]{20}$/);
    expect(response.headers['location']).toBe(`${PUBLIC_URL}/evaluations/${view.id}`);
    expect(view).toMatchObject({ status: 'queued', step: 0, totalSteps: 2, openedModel: null, scores: [] });
    expect(view.model).toEqual({ id: modelId, path: `runs/${runId}/model/g1-s10` });
    expect(view.config['targets']).toMatchObject([
      { protocol: 'verification', name: 'lfw', path: '/data/faces/lfw.bin' },
      { protocol: 'identification', name: 'mega' },
    ]);
    expect(view.webhookSecrets).toHaveLength(1);
    const rows = await scene.source.query<{ event_type: string; body: string }[]>(
      'select event_type, body from webhook_deliveries where run_id = $1',
      [view.id],
    );
    expect(rows.map((row) => row.event_type)).toEqual(['evaluation.queued']);
    expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({ data: { evaluationId: view.id, status: 'queued' } });
  });

  it('is done once per Idempotency-Key', async () => {
    const send = () =>
      scene
        .post('/evaluations', aBody({ name: 'once' }))
        .set('Idempotency-Key', 'evaluate-1')
        .expect(202);
    const [first, second] = [await send(), await send()];
    expect((second.body as EvaluationView).id).toBe((first.body as EvaluationView).id);
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it.each([
    ['no targets', { targets: [] }, '/targets'],
    ['a name without a data set', { dataset: undefined }, '/dataset'],
    ['two targets of a name', { targets: ['lfw', 'lfw'] }, '/targets/1'],
    ['fewer ranks at most than at least', { ranks: { min: 3, max: 2 } }, '/ranks/min'],
    ['an event of runs', { webhooks: [{ url: 'https://a.test', events: ['run.failed'] }] }, '/webhooks/0/events/0'],
    ['a private address', { webhooks: [{ url: 'http://127.0.0.1/x' }] }, '/webhooks/0/url'],
    ['a field that it does not know', { speed: 2 }, '/speed'],
  ])('refuses %s', async (_what, overrides, pointer) => {
    const response = await scene.post('/evaluations', aBody(overrides)).expect(422);
    expect(pointersOf(response)).toContain(pointer);
  });

  it('refuses a model that is not stored', async () => {
    const response = await scene.post('/evaluations', aBody({ model: { id: newId('mdl') } })).expect(422);
    expect(problemOf(response)).toMatchObject({ code: 'model_not_found', errors: [{ pointer: '/model/id' }] });
  });
});

describe('evaluations and runs', () => {
  it('are listed apart, and an id in the wrong place is told the right one', async () => {
    const { id } = await create();
    const list = (await scene.get('/evaluations?limit=100').expect(200)).body as EvaluationList;
    expect(list.evaluations.map((each) => each.id)).toContain(id);
    const runs = (await scene.get('/runs?limit=100').expect(200)).body as { runs: { id: string }[] };
    expect(runs.runs.map((each) => each.id)).toEqual([runId]);
    const misplaced = await scene.get(`/runs/${id}`).expect(404);
    expect(problemOf(misplaced).detail).toContain(`/evaluations/${id}`);
    expect(problemOf(await scene.get(`/evaluations/${runId}`).expect(404)).detail).toContain(`/runs/${runId}`);
    await scene.get(`/evaluations/${newId('evl')}`).expect(404);
    await scene.get(`/evaluations/${newId('evl')}/scores`).expect(404);
  });

  it('come in pages that neither repeat nor skip one', async () => {
    await create();
    await create();
    const seen: string[] = [];
    let path: string | null = '/evaluations?limit=2&status=queued';
    while (path !== null) {
      const { evaluations, next }: EvaluationList = (await scene.get(path).expect(200)).body as EvaluationList;
      seen.push(...evaluations.map(({ id }) => id));
      path = next && next.slice(PUBLIC_URL.length);
    }
    const all = (await scene.get('/evaluations?limit=100&status=queued')).body as EvaluationList;
    expect(seen).toEqual(all.evaluations.map(({ id }) => id));
  });

  it('are canceled the same way', async () => {
    const { id } = await create();
    expect((await scene.post(`/evaluations/${id}/cancel`).expect(202)).body).toMatchObject({ id, status: 'canceling' });
    await scene.move(id, 'canceled');
    const late = await scene.post(`/evaluations/${id}/cancel`).expect(409);
    expect(problemOf(late).detail).toContain('evaluation');
    const events = await scene.get(`/evaluations/${id}/events`).expect(200);
    expect(events.text.match(/^event: transition$/gm)).toHaveLength(3);
    expect((await scene.get(`/evaluations/${id}/deliveries`).expect(200)).body).toEqual({ deliveries: [], next: null });
  });
});

describe('GET /models', () => {
  it('lists what is stored, by run, and one with its lineage', async () => {
    const { id } = await create();
    const list = (await scene.get(`/models?run=${runId}`).expect(200)).body as ModelList;
    expect(list).toMatchObject({ models: [{ id: modelId, runId, network: 'y1' }], next: null });
    expect((await scene.get(`/models?run=${newId('run')}`)).body).toEqual({ models: [], next: null });
    const model = (await scene.get(`/models/${modelId}`).expect(200)).body as ModelDetails;
    expect(model.run).toMatchObject({ id: runId, status: 'queued', name: null });
    expect(model.run?.configDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(model.evaluations[0]).toMatchObject({ id, status: 'queued', scores: [] });
    await scene.get(`/models/${newId('mdl')}`).expect(404);
    await scene.get('/models/mdl_x').expect(404);
  });
});
