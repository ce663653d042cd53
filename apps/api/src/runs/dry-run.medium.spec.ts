import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dryRunSchema, type CreatedRun, type CreateRunInput, type DryRun } from '#contracts';
import { MetricEntity, RunEntity } from '#persistence';
import { aBody, ApiScene, pointersOf } from '../testing/api-scene.js';
import { aReadyDataset } from '../testing/ready-dataset.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const validate = (body: unknown, query = '') => scene.post(`/runs?validate=true${query}`, body);
const dryRun = async (body: unknown, query = ''): Promise<DryRun> =>
  dryRunSchema.parse((await validate(body, query).expect(200)).body);

describe('POST /runs?validate=true', () => {
  it('answers what the run would be, and writes nothing', async () => {
    const before = await scene.countRows();
    const body = aBody({ ranks: { min: 1, max: 4 }, webhooks: [{ url: 'https://a.test/hook' }] as never });
    const response = await validate(body).set('idempotency-key', 'dry').expect(200);
    const { config, estimate } = dryRunSchema.parse(response.body);
    expect(response.text).not.toContain('whsec_');
    expect(await scene.countRows()).toEqual(before);
    const created = (await scene.post('/runs', body).set('idempotency-key', 'dry').expect(202)).body as CreatedRun;
    expect(created.config).toEqual(config);
    expect(estimate.steps).toBe(10);
    expect(estimate.dataset).toEqual({ identities: null, images: null, from: null });
    expect(estimate.ranks.map(({ worldSize, batchPerRank }) => [worldSize, batchPerRank])).toEqual([
      [4, 16],
      [2, 32],
      [1, 64],
    ]);
    expect(estimate.ranks[0]?.memory).toMatchObject({ classCenters: null, total: null, backboneParameters: 4 * 1_003_264 });
    expect(estimate.ranks[0]?.time).toEqual({ engine: null, samplesPerSecond: null, runs: 0, seconds: null });
  });

  it('says the memory of a rank when it is told the identities', async () => {
    const body = aBody({ network: { name: 'y1' }, ranks: { min: 1, max: 2 }, batch: { bnGroupSize: 32 } });
    const { estimate } = await dryRun(body, '&identities=85742');
    const [two, one] = estimate.ranks;
    expect(estimate.dataset).toEqual({ identities: 85_742, images: null, from: 'request' });
    expect(two?.memory.classCenters).toBe(4 * 128 * 42_871);
    expect(one?.memory.classCenters).toBe(4 * 128 * 85_742);
    expect(two?.memory.total).toBeGreaterThan(2 * 4 * 128 * 42_871);
    expect(two?.memory.total).toBeLessThan(one?.memory.total ?? 0);
  });

  it('counts steps from the images, and knows the set of a recipe by its folder', async () => {
    const epochs = aBody({ maxSteps: undefined, epochs: 3 } as Partial<CreateRunInput>);
    expect((await dryRun(epochs)).estimate.steps).toBeNull();
    expect((await dryRun(epochs, '&images=6410')).estimate.steps).toBe(300);
    const recipe = (path: string) => ({ recipe: 'arcface_torch/ms1mv3_r50', overrides: { dataset: { path } } });
    const list = (await scene.get('/recipes')).body as {
      recipes: { name: string; dataset: { folder: string; numClasses: number } }[];
    };
    const known = list.recipes.find(({ dataset }) => dataset.folder === 'ms1m-retinaface-t1');
    if (!known) throw new Error('no recipe of that set');
    const of = (path: string) => ({ ...recipe(path), recipe: known.name });
    expect((await dryRun(of('/sets/ms1m-retinaface-t1/'))).estimate.dataset).toMatchObject({
      identities: 93_431,
      from: 'recipe',
    });
    expect((await dryRun(of('/sets/mine'))).estimate.dataset).toMatchObject({ identities: null, from: null });
    expect((await dryRun(of('/sets/mine'), '&identities=5')).estimate.dataset).toMatchObject({ identities: 5, from: 'request' });
  });

  it('knows the size of a registered data set, and pins the run to its version', async () => {
    const { id, ref } = await aReadyDataset(scene, 'registered', 'c');
    const before = await scene.countRows();
    const body = { dataset: { ref: 'registered' }, epochs: 3, batch: { globalBatchSize: 4 } };
    const { config, estimate } = await dryRun(body);
    expect(config['dataset']).toMatchObject({ ref, datasetId: id, path: '/data/registered' });
    expect(estimate.dataset).toEqual({ identities: 3, images: 12, from: 'dataset' });
    expect(estimate.steps).toBe(9);
    expect(estimate.ranks[0]?.memory.total).toBeGreaterThan(0);
    expect((await dryRun(body, '&identities=7')).estimate.dataset).toEqual({ identities: 7, images: null, from: 'request' });
    const recipe = { recipe: 'demo', overrides: { dataset: { ref } } };
    expect((await dryRun(recipe)).estimate.dataset).toMatchObject({ identities: 3, from: 'dataset' });
    expect(await scene.countRows()).toEqual(before);
    // Nobody has to wait for a look.
    await scene.delete(`/datasets/${id}`).expect(204);
    for (const [each, pointer] of [
      [body, '/dataset/ref'],
      [recipe, '/overrides/dataset/ref'],
    ] as const) {
      const [dry, real] = [await validate(each).expect(422), await scene.post('/runs', each).expect(422)];
      expect(pointersOf(dry)).toEqual([pointer]);
      expect(dry.body).toEqual(real.body);
    }
  });

  it('says the time by earlier runs that did the same', async () => {
    const { manager } = scene.source;
    const trained = async (engine: string, speed: number, worldSize = 1): Promise<void> => {
      const body = aBody({ network: { name: 'tiny' }, ranks: { min: 1, max: 2 }, batch: { bnGroupSize: 32 } });
      const { id } = (await scene.post('/runs', body).expect(202)).body as CreatedRun;
      await manager.update(RunEntity, { id }, { engine, worldSize, generation: 1, step: 60 });
      const values = (step: number) => (step <= 10 ? 0.01 : speed);
      const rows = Array.from({ length: 60 }, (_, at) => ({
        runId: id,
        generation: 1,
        rank: 0,
        step: at + 1,
        name: 'samplesPerSecond',
        value: values(at + 1),
      }));
      await manager.insert(MetricEntity, rows);
    };
    for (const speed of [100, 300, 200]) await trained('wasm', speed);
    await trained('tensorflow', 640);
    await trained('wasm', 400, 2);
    const body = (engine: 'auto' | 'tensorflow' | 'cpu') =>
      aBody({ network: { name: 'tiny' }, maxSteps: 1_000, engine, ranks: { min: 1, max: 2 }, batch: { bnGroupSize: 32 } });
    const times = async (engine: 'auto' | 'tensorflow' | 'cpu') =>
      (await dryRun(body(engine))).estimate.ranks.map(({ time }) => time);
    expect(await times('auto')).toEqual([
      { engine: 'wasm', samplesPerSecond: 400, runs: 1, seconds: 160 },
      { engine: 'wasm', samplesPerSecond: 200, runs: 3, seconds: 320 },
    ]);
    expect((await times('tensorflow'))[1]).toEqual({ engine: 'tensorflow', samplesPerSecond: 640, runs: 1, seconds: 100 });
    expect((await times('cpu'))[1]).toMatchObject({ runs: 0, seconds: null });
  });

  it('refuses what the creation would refuse, with the same words', async () => {
    for (const body of [
      aBody({ maxSteps: 0 }),
      aBody({ ranks: { max: 3 } }),
      aBody({ name: 'a\0b' }),
      aBody({ webhooks: [{ url: 'http://localhost/' }] as never }),
      { recipe: 'nothing' },
      [],
    ]) {
      const [dry, real] = [await validate(body).expect(422), await scene.post('/runs', body).expect(422)];
      expect(dry.body).toEqual(real.body);
    }
  });

  it.each([
    ['validate=yes', '/validate'],
    ['validate=true&identities=0', '/identities'],
    ['validate=true&images=1e9', '/images'],
    ['dry=true', '/dry'],
  ])('refuses the query %s', async (query, pointer) => {
    const before = await scene.countRows();
    expect(pointersOf(await scene.post(`/runs?${query}`, aBody()).expect(422))).toEqual([pointer]);
    expect(await scene.countRows()).toEqual(before);
  });

  it('creates when it is told not to validate only', async () => {
    await scene.post('/runs?validate=false', aBody()).expect(202);
  });
});
