import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECIPES, recipeListSchema, recipeSchema, type CreatedRun } from '#contracts';
import { ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const AT_FACES = { dataset: { path: '/data/faces' } };

describe('GET /recipes', () => {
  it('lists every recipe with its resolved configuration and its numbers', async () => {
    const { recipes } = recipeListSchema.parse((await scene.get('/recipes').expect(200)).body);
    expect(recipes.map(({ name }) => name)).toEqual([...RECIPES.keys()]);
    expect(recipes.find(({ name }) => name === 'ms1mv3-r50')).toMatchObject({
      dataset: { folder: 'ms1m-retinaface-t1', numClasses: 93_431 },
      published: [{ set: 'MFR-All', value: 79.14 }, { value: 96.37 }, { value: 94.47 }],
      config: { batch: { globalBatchSize: 1024, bnGroupSize: 128 }, ranks: { min: 8, max: 8 } },
    });
  });

  it('shows one by name, and answers 404 with all names otherwise', async () => {
    const recipe = recipeSchema.parse((await scene.get('/recipes/y1-softmax-emore').expect(200)).body);
    expect(recipe).toMatchObject({ name: 'y1-softmax-emore', config: { network: { name: 'y1', output: 'GDC' } } });
    const problem = problemOf(await scene.get('/recipes/nothing').expect(404));
    expect(problem.code).toBe('not_found');
    expect(problem.detail).toContain('y1-softmax-emore');
  });
});

describe('POST /runs with a recipe', () => {
  it('stores the recipe with its overrides, and its name as a label', async () => {
    const overrides = { ...AT_FACES, name: 'mine', ranks: { max: 2 }, batch: { globalBatchSize: 32 }, loss: { margin: 0.3 } };
    const { id } = (await scene.post('/runs', { recipe: 'ms1mv3-r50', overrides }).expect(202)).body as CreatedRun;
    expect((await scene.get(`/runs/${id}`).expect(200)).body).toMatchObject({
      name: 'mine',
      labels: { recipe: 'ms1mv3-r50' },
      config: {
        dataset: { path: '/data/faces' },
        network: { name: 'r50', dropout: 0 },
        loss: { name: 'arcface', margin: 0.3, scale: 64, gradient: 'straight-through' },
        optimizer: { clipNorm: 5 },
        batch: { globalBatchSize: 32, bnGroupSize: 16 },
        ranks: { min: 2, max: 2 },
        epochs: 20,
      },
    });
  });

  it('takes webhooks beside the overrides', async () => {
    const webhooks = [{ url: 'https://a.test/hook' }];
    const response = await scene.post('/runs', { recipe: 'demo', overrides: AT_FACES, webhooks }).expect(202);
    expect((response.body as CreatedRun).webhookSecrets).toHaveLength(1);
    const refused = await scene
      .post('/runs', { recipe: 'demo', overrides: AT_FACES, webhooks: [{ url: 'nowhere' }] })
      .expect(422);
    expect(pointersOf(refused)).toEqual(['/webhooks/0/url']);
  });

  it('points at what is wrong: into the overrides, or at the recipe', async () => {
    const pointers = async (body: object) => pointersOf(await scene.post('/runs', body).expect(422));
    const overrides = { ...AT_FACES, seed: -1, ranks: { most: 2 } };
    expect(await pointers({ recipe: 'demo', overrides })).toEqual(['/overrides/seed', '/overrides/ranks/most']);
    expect(await pointers({ recipe: 'demo', overrides: { ...AT_FACES, ranks: { max: 5 } } })).toEqual(['/recipe']);
    expect(await pointers({ recipe: 'demo' })).toEqual(['/overrides/dataset/path']);
    expect(await pointers({ recipe: 'nothing' })).toEqual(['/recipe']);
  });

  it('repeats the answer under an Idempotency-Key, and takes a changed override for another request', async () => {
    const send = (maxSteps: number) =>
      scene.post('/runs', { recipe: 'demo', overrides: { ...AT_FACES, maxSteps } }).set('idempotency-key', 'recipe-1');
    const first = (await send(10).expect(202)).body as CreatedRun;
    const again = await send(10).expect(202);
    expect((again.body as CreatedRun).id).toBe(first.id);
    expect(again.headers['idempotent-replayed']).toBe('true');
    await send(11).expect(422);
  });
});
