import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AliasHolderList, ModelAliasView, ModelDetails, ModelList } from '#contracts';
import { findPreviousHolder, selectModels } from '#persistence';
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

const three = (name: string): Promise<string[]> => Promise.all([1, 2, 3].map((version) => scene.aModel({ name, version })));
const put = async (ref: string, alias: string, status = 200): Promise<ModelAliasView> =>
  (await scene.api.put(`/models/${ref}/aliases/${alias}`).expect(status)).body as ModelAliasView;

describe('aliases', () => {
  it('move from model to model, tell who held them, and name a model in every route', async () => {
    const [first, second] = (await three('faces')) as [string, string, string];
    expect(await put(first, 'production')).toMatchObject({ alias: 'production', number: 1, modelId: first, previous: null });
    const moved = await put('faces@2', 'production');
    expect(moved).toMatchObject({ number: 2, modelId: second, version: 2, previous: { modelId: first, version: 1 } });
    expect((await put(second, 'production')).number).toBe(2);

    const model = (await scene.api.get('/models/faces@production').expect(200)).body as ModelDetails;
    expect(model).toMatchObject({ id: second, name: 'faces', version: 2, aliases: ['production'] });
    expect(((await scene.api.get('/models?alias=production&name=faces')).body as ModelList).models.map(({ id }) => id)).toEqual([
      second,
    ]);
    const held = await scene.api.get(`/models/${first}/aliases/production`).expect(200);
    expect([held.body, held.headers['etag']]).toEqual([moved, '"2"']);

    const page = (await scene.api.get('/models/faces@1/aliases/production/holders?limit=1').expect(200)).body as AliasHolderList;
    expect(page.holders).toMatchObject([{ number: 2, modelId: second, until: null, setBy: scene.api.keyId, endedBy: null }]);
    const rest = (await scene.api.get(new URL(page.next!).pathname + new URL(page.next!).search).expect(200))
      .body as AliasHolderList;
    expect(rest).toMatchObject({ holders: [{ number: 1, modelId: first, until: moved.since }], next: null });
    expect(await findPreviousHolder(scene.api.source.manager, 'faces', 'production')).toMatchObject({ modelId: first });

    const news = [...(await scene.newsOf(first)), ...(await scene.newsOf(second))];
    expect(news.map(({ type, data }) => [type, data['previous']])).toEqual([
      ['model.alias_set', null],
      ['model.alias_set', { modelId: first, version: 1 }],
    ]);
    const audit = await scene.api.source.query(`select action, details from audit_events where resource_id = $1`, [second]);
    expect(audit).toEqual([
      { action: 'models.setAlias', details: { alias: 'faces@production', previous: { modelId: first, version: 1 } } },
    ]);
  });

  it('go away by their holder alone, and number on when they come back', async () => {
    const [first, second] = (await three('gone')) as [string, string, string];
    await put(first, 'best');
    expect(problemOf(await scene.api.delete(`/models/${second}/aliases/best`).expect(404)).detail).toContain('it is gone@1');
    await scene.api.delete(`/models/${first}/aliases/best`).set('If-Match', '"9"').expect(412);
    await scene.api.delete(`/models/gone@best/aliases/best`).set('If-Match', '"1"').expect(204);
    await scene.api.get('/models/gone@best').expect(404);
    await scene.api.get(`/models/${first}/aliases/best`).expect(404);
    await scene.api.delete(`/models/${first}/aliases/best`).expect(404);
    expect(await put(second, 'best')).toMatchObject({ number: 2, previous: null });
    expect((await scene.newsOf(first)).map(({ type }) => type)).toEqual(['model.alias_set', 'model.alias_removed']);
  });

  it('let one of two moves win that have seen the same holder', async () => {
    const models = (await three('raced')) as [string, string, string];
    await put(models[0], 'production');
    const send = (id: string) =>
      scene.api
        .put(`/models/${id}/aliases/production`)
        .set('If-Match', '"1"')
        .then((response) => response);
    const answers = await Promise.all([send(models[1]), send(models[2])]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const winner = answers.find(({ status }) => status === 200)!.body as ModelAliasView;
    expect((await scene.api.get('/models/raced@production')).body).toMatchObject({ id: winner.modelId });
  });

  it('have one holder at any time, whoever moves them at once', async () => {
    const models = await three('crowd');
    await Promise.all(Array.from({ length: 12 }, (_, at) => put(models[at % 3]!, 'production')));
    const { holders } = (await scene.api.get(`/models/${models[0]}/aliases/production/holders?limit=100`))
      .body as AliasHolderList;
    expect(holders.filter(({ until }) => until === null)).toHaveLength(1);
    const byNumber = holders.sort((a, b) => a.number - b.number);
    expect(byNumber.map(({ number }) => number)).toEqual(byNumber.map((_, at) => at + 1));
    byNumber.slice(1).forEach(({ modelId, since }, at) => {
      expect(byNumber[at]!.until).toBe(since);
      expect(byNumber[at]!.modelId).not.toBe(modelId);
    });
  });

  it.each(['3', 'Production', 'a'.repeat(64), '-x', 'a%20b', '..', 'a%2Fb'])('refuse the name %s', async (alias) => {
    const id = await scene.aModel();
    expect(pointersOf(await scene.api.put(`/models/${id}/aliases/${alias}`).expect(422))).toEqual(['/alias']);
  });

  it.each(['mdl_x', 'faces', 'faces@', 'Faces@1', 'faces@0', 'faces@1@2', '..%2F..%2Fetc', 'faces@%00', "a'--@1"])(
    'are found under no model %s',
    async (ref) => {
      for (const path of [
        `/models/${ref}`,
        `/models/${ref}/files`,
        `/models/${ref}/aliases/x`,
        `/models/${ref}/compare?with=faces@1`,
      ]) {
        expect(problemOf(await scene.api.get(path).expect(404)).code).toBe('not_found');
      }
    },
  );

  it('never point at what is not ready', async () => {
    const id = await scene.aModel({ state: 'importing', source: 'import' });
    expect(problemOf(await scene.api.put(`/models/${id}/aliases/x`).expect(409)).detail).toContain('still being imported');
  });
});

describe('selectModels', () => {
  it('means all, ids, labels, or who holds an alias, and leaves out what cannot be used', async () => {
    const labels = { team: 'a', kind: 'x' };
    const one = await scene.aModel({ name: 'chosen', version: 1, labels });
    const two = await scene.aModel({ name: 'chosen', version: 2, labels: { team: 'a' } });
    const other = await scene.aModel({ name: 'second', version: 1, labels: { team: 'b' } });
    const failed = await scene.aModel({ name: 'chosen', version: 3, labels, state: 'failed' });
    const gone = await scene.aModel({ name: 'chosen', version: 4, labels, deletedAt: new Date() });
    await put(two, 'canary');
    await put(other, 'canary');
    const select = async (selector: Parameters<typeof selectModels>[1]) =>
      (await scene.api.source.transaction((manager) => selectModels(manager, selector))).map(({ id }) => id);
    expect(await select({ ids: [other, one, failed, gone] })).toEqual([one, other]);
    expect(await select({ labels: { team: 'a' } })).toEqual([one, two]);
    expect(await select({ labels })).toEqual([one]);
    expect(await select({ alias: 'canary' })).toEqual([two, other]);
    expect(await select({ alias: 'canary', name: 'second' })).toEqual([other]);
    expect(await select({ alias: 'nobody' })).toEqual([]);
    const all = await select({ all: true });
    expect(all).toEqual(expect.arrayContaining([one, two, other]));
    expect(all).not.toContain(failed);
    expect(all).not.toContain(gone);
  });
});
