import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createdRunSchema, type CreatedRun } from '#contracts';
import { CheckpointEntity, newId, RunEntity } from '#persistence';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';
import { aReadyDataset } from '../testing/ready-dataset.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

let numNames = 0;
const aName = (): string => `faces-${++numNames}`;

/** A run that has ended with a checkpoint. */
async function aRunOf(dataset: Record<string, unknown>): Promise<CreatedRun> {
  const response = await scene.post('/runs', aBody({ maxSteps: 100, dataset: dataset as never })).expect(202);
  const run = createdRunSchema.parse(response.body);
  for (const status of ['starting', 'running', 'failed'] as const) await scene.move(run.id, status);
  const checkpointId = newId('ckpt');
  const folder = `runs/${run.id}/checkpoints/g1-s40`;
  const files = [{ path: 'rank-0.safetensors', sizeBytes: 1, sha256: '0'.repeat(64) }];
  const manifest = { version: 1, runId: run.id, generation: 1, step: 40, worldSize: 1, numClasses: 8, folder, files } as never;
  await scene.source.manager.insert(CheckpointEntity, { id: checkpointId, runId: run.id, generation: 1, step: 40, manifest });
  await scene.source.manager.update(RunEntity, { id: run.id }, { checkpointId, step: 40, generation: 1, totalSteps: 100 });
  return run;
}
const follow = (id: string, verb: 'resume' | 'clone', dataset?: unknown) =>
  scene.post(`/runs/${id}/${verb}`, dataset === undefined ? undefined : { overrides: { dataset } });
const datasetOf = ({ body }: { body: unknown }): unknown => createdRunSchema.parse(body).config['dataset'];
const datasetIdOf = async ({ body }: { body: unknown }): Promise<string | null> =>
  (await scene.source.manager.findOneByOrFail(RunEntity, { id: (body as CreatedRun).id })).datasetId;

describe.each(['clone', 'resume'] as const)('POST /runs/:id/%s of a run on a registered data set', (verb) => {
  it('uses the version that the run was pinned to, whatever has come under its name since', async () => {
    const name = aName();
    const old = await aReadyDataset(scene, name, 'a');
    const run = await aRunOf({ ref: name });
    await aReadyDataset(scene, name, 'b');
    const response = await follow(run.id, verb).expect(202);
    expect(datasetOf(response)).toEqual(run.config['dataset']);
    expect(datasetOf(response)).toMatchObject({ ref: old.ref, datasetId: old.id, digest: 'a'.repeat(64) });
    expect(await datasetIdOf(response)).toBe(old.id);
    // The same said again is no change.
    expect(datasetOf(await follow(run.id, verb, { ref: old.ref }).expect(202))).toEqual(run.config['dataset']);
  });

  it('names the field when the data set is deleted, and creates nothing', async () => {
    const { id, ref } = await aReadyDataset(scene, aName(), 'a');
    const run = await aRunOf({ ref });
    await scene.delete(`/datasets/${id}`).expect(204);
    const before = await scene.countRows();
    const response = await follow(run.id, verb).expect(422);
    expect(problemOf(response).code).toBe('dataset_not_found');
    expect(pointersOf(response)).toEqual(['/overrides/dataset/ref']);
    expect(await scene.countRows()).toEqual(before);
  });

  it('is there, or the data set is gone, when both are asked for at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, ref } = await aReadyDataset(scene, aName(), 'a');
      const run = await aRunOf({ ref });
      const [made, gone] = await Promise.all([follow(run.id, verb), scene.delete(`/datasets/${id}`)]);
      expect([
        [202, 409],
        [422, 204],
      ]).toContainEqual([made.status, gone.status]);
    }
  });
});

describe('POST /runs/:id/clone', () => {
  it('takes another data set by reference or by folder, and keeps how it is used', async () => {
    const [one, two] = [await aReadyDataset(scene, aName(), 'a'), await aReadyDataset(scene, aName(), 'b')];
    const run = await aRunOf({ ref: one.ref, mirror: false });
    const other = await follow(run.id, 'clone', { ref: two.ref }).expect(202);
    expect(datasetOf(other)).toMatchObject({ ref: two.ref, datasetId: two.id, mirror: false });
    expect(await datasetIdOf(other)).toBe(two.id);
    const folder = await follow(run.id, 'clone', { path: '/data/mine' }).expect(202);
    expect(datasetOf(folder)).toMatchObject({ path: '/data/mine', mirror: false });
    for (const field of ['ref', 'datasetId', 'digest', 'fingerprint', 'files'])
      expect(datasetOf(folder)).not.toHaveProperty(field);
    expect(await datasetIdOf(folder)).toBeNull();
  });

  it('takes a reference in place of a folder, and not both', async () => {
    const { id, ref } = await aReadyDataset(scene, aName(), 'a');
    const run = await aRunOf({ path: '/data/mine' });
    expect(datasetOf(await follow(run.id, 'clone', { ref }).expect(202))).toMatchObject({ ref, datasetId: id });
    const both = await follow(run.id, 'clone', { ref, path: '/data/mine' }).expect(422);
    expect(pointersOf(both).every((pointer) => pointer.startsWith('/overrides/dataset'))).toBe(true);
    expect(pointersOf(await follow(run.id, 'clone', { ref: 'nothing' }).expect(422))).toEqual(['/overrides/dataset/ref']);
    expect(pointersOf(await follow(run.id, 'clone', { datasetId: id }).expect(422))).toEqual(['/overrides/dataset/datasetId']);
  });
});

describe('POST /runs/:id/resume', () => {
  it('refuses other data, by one field', async () => {
    const [one, two] = [await aReadyDataset(scene, aName(), 'a'), await aReadyDataset(scene, aName(), 'b')];
    const run = await aRunOf({ ref: one.ref });
    for (const dataset of [{ ref: two.ref }, { path: '/data/other' }]) {
      const response = await follow(run.id, 'resume', dataset).expect(422);
      expect(pointersOf(response)).toEqual([`/overrides/dataset/${Object.keys(dataset)[0]}`]);
      expect(problemOf(response).detail).toContain(`must stay ${one.ref}`);
    }
    const onFolder = await aRunOf({ path: '/data/mine' });
    const response = await follow(onFolder.id, 'resume', { ref: one.ref }).expect(422);
    expect(pointersOf(response)).toEqual(['/overrides/dataset/ref']);
    expect(problemOf(response).detail).toContain('must stay /data/mine');
  });
});
