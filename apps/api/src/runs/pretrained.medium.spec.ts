import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedRun, CreateRunInput, ModelDetails } from '#contracts';
import { CheckpointEntity, newId, RunEntity } from '#persistence';
import { aBody, pointersOf, problemOf } from '../testing/api-scene.js';
import { ModelScene } from '../testing/model-scene.js';

let scene: ModelScene;
beforeAll(async () => (scene = await ModelScene.open()));
afterAll(() => scene?.close());

type Pretrained = CreateRunInput['pretrained'];
const bodyOf = (pretrained: Pretrained, more: Partial<CreateRunInput> = {}) =>
  aBody({ network: { name: 'y1', embeddingSize: 16 }, pretrained, ...more });
const post = (pretrained: Pretrained, more?: Partial<CreateRunInput>) => scene.api.post('/runs', bodyOf(pretrained, more));
const create = async (pretrained: Pretrained): Promise<CreatedRun> => (await post(pretrained).expect(202)).body as CreatedRun;
const details = async (ref: string): Promise<ModelDetails> =>
  (await scene.api.get(`/models/${ref}`).expect(200)).body as ModelDetails;
const pinned = (id: string, folder: string, model: string) => ({ path: folder, newOutput: false, modelId: id, model });

/** A run that was made of this model, has a checkpoint of step 5 and has ended. */
async function ended(model: string): Promise<string> {
  const { id } = await create({ model });
  for (const status of ['starting', 'running'] as const) await scene.api.move(id, status);
  const checkpointId = newId('ckpt');
  const manifest = {
    ...{
      version: 1 as const,
      runId: id,
      generation: 1,
      step: 5,
      worldSize: 1,
      numClasses: 7,
      folder: `runs/${id}/checkpoints/g1-s5`,
    },
    ...{ shards: [[0, 7] as [number, number]], files: [], backboneHash: 'b', best: null },
  };
  const { manager } = scene.api.source;
  await manager.insert(CheckpointEntity, { id: checkpointId, runId: id, generation: 1, step: 5, manifest });
  await manager.update(RunEntity, { id }, { checkpointId, step: 5, generation: 1, totalSteps: 10 });
  await scene.api.move(id, 'succeeded');
  return id;
}

describe('pretrained.model', () => {
  it('is looked up once: an alias that moves later moves nothing', async () => {
    const first = await scene.aModel({ name: 'pinned', version: 1 });
    const second = await scene.aModel({ name: 'pinned', version: 2 });
    await scene.api.put('/models/pinned@1/aliases/production').expect(200);
    const run = await create({ model: 'pinned@production' });
    await scene.api.put('/models/pinned@2/aliases/production').expect(200);
    const { folder } = await details(first);
    expect(run.config['pretrained']).toEqual(pinned(first, folder, 'pinned@1'));
    expect(((await scene.api.get(`/runs/${run.id}`)).body as CreatedRun).config['pretrained']).toEqual(run.config['pretrained']);
    expect((await create({ model: second })).config['pretrained']).toMatchObject({ modelId: second, model: 'pinned@2' });
  });

  it('is tried without creating', async () => {
    const id = await scene.aModel({ name: 'tried' });
    const body = bodyOf({ model: 'tried@1', newOutput: true });
    const answer = await scene.api.post('/runs?validate=true', body).expect(200);
    expect((answer.body as { config: CreatedRun['config'] }).config['pretrained']).toMatchObject({
      modelId: id,
      newOutput: true,
    });
    expect(pointersOf(await scene.api.post('/runs?validate=true', bodyOf({ model: 'tried@9' })).expect(422))).toEqual([
      '/pretrained/model',
    ]);
  });

  it.each([
    [{ model: 'nobody@1' }, '/pretrained/model'],
    [{ model: `mdl_${'0'.repeat(20)}` }, '/pretrained/model'],
    [{ model: '../../etc' }, '/pretrained/model'],
    [{ model: 'a@1', path: '/models/a' }, '/pretrained/model'],
    [{ model: 'a@1', epoch: 1 }, '/pretrained/epoch'],
    [{}, '/pretrained/path'],
    [{ path: 'relative' }, '/pretrained/path'],
    [{ path: 's3://bucket/model' }, '/pretrained/path'],
    [{ path: '/m', modelId: 'mdl_x' }, '/pretrained/modelId'],
  ])('refuses %j', async (pretrained, pointer) => {
    expect(pointersOf(await post(pretrained as Pretrained).expect(422))).toEqual([pointer]);
  });

  it('refuses a model that the network cannot start from, and names the field of a recipe where it stands', async () => {
    await scene.aModel({ name: 'wide', embeddingSize: 32 });
    await scene.aModel({ name: 'other', network: 'r50' });
    await scene.aModel({ name: 'graph', network: null, format: 'onnx' });
    for (const [model, said] of [
      ['wide@1', 'newOutput'],
      ['other@1', 'r50'],
      ['graph@1', 'ONNX'],
    ] as const) {
      const refused = await post({ model }).expect(422);
      expect(pointersOf(refused)).toEqual(['/pretrained/model']);
      expect(problemOf(refused).detail).toContain(said);
    }
    await post({ model: 'wide@1', newOutput: true }).expect(202);
    const overrides = { dataset: { path: '/d' }, pretrained: { model: 'other@1' } };
    const recipe = await scene.api.post('/runs', { recipe: 'y1-triplet-emore', overrides }).expect(422);
    expect(pointersOf(recipe)).toEqual(['/overrides/pretrained/model']);
    const importing = await scene.aModel({ name: 'coming', state: 'importing' });
    await post({ model: importing }).expect(409);
  });

  it('keeps the model until the run has ended, also from a deletion at the same time', async () => {
    const id = await scene.aModel();
    const run = await create({ model: id });
    expect(problemOf(await scene.api.delete(`/models/${id}`).expect(409)).detail).toContain(run.id);
    await scene.api.move(run.id, 'canceled');
    await scene.api.delete(`/models/${id}`).expect(204);
    for (let round = 0; round < 8; round++) {
      const model = await scene.aModel();
      const [deleted, created] = await Promise.all([
        scene.api.delete(`/models/${model}`).then(({ status }) => status),
        post({ model }).then(({ status }) => status),
      ]);
      expect([
        [204, 422],
        [409, 202],
      ]).toContainEqual([deleted, created]);
    }
  });

  it('is the same one for a clone, and for a resumed run even when it is gone', async () => {
    const id = await scene.aModel({ name: 'source' });
    const { folder } = await details(id);
    const run = await ended('source@1');
    const clone = (await scene.api.post(`/runs/${run}/clone`, {}).expect(202)).body as CreatedRun;
    expect(clone.config['pretrained']).toEqual(pinned(id, folder, 'source@1'));
    await scene.api.move(clone.id, 'canceled');
    const elsewhere = { overrides: { pretrained: { path: '/models/mine' } } };
    const moved = (await scene.api.post(`/runs/${run}/clone`, elsewhere).expect(202)).body as CreatedRun;
    expect(moved.config['pretrained']).toEqual({ path: '/models/mine', newOutput: false });

    await scene.api.delete(`/models/${id}`).expect(204);
    expect(pointersOf(await scene.api.post(`/runs/${run}/clone`, {}).expect(422))).toEqual(['/overrides/pretrained/model']);
    const more = { overrides: { maxSteps: 20 } };
    const resumed = (await scene.api.post(`/runs/${run}/resume`, more).expect(202)).body as CreatedRun;
    expect(resumed.config['pretrained']).toEqual(pinned(id, folder, 'source@1'));
    for (const pretrained of [{ model: 'pinned@1' }, { path: '/models/mine' }, { newOutput: true }, null]) {
      const overrides = { maxSteps: 20, pretrained };
      const refused = await scene.api.post(`/runs/${run}/resume`, { overrides }).expect(422);
      expect(pointersOf(refused)[0]).toMatch(/^\/overrides\/pretrained/);
    }

    const child = await scene.aModel({ runId: resumed.id });
    expect((await details(child)).lineage).toMatchObject({
      parent: { path: folder, modelId: id, model: 'source@1' },
      resumedFrom: { runId: run, step: 5 },
      dataset: { path: '/data/faces', ref: null, digest: null },
    });
    expect((await details('pinned@1')).lineage).toMatchObject({ parent: null, resumedFrom: null });
  });
});
