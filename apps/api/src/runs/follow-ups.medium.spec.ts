import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createdRunSchema, runViewSchema, type CreatedRun, type CreateRunInput, type RunStatus } from '#contracts';
import { CheckpointEntity, GenerationEntity, RunEntity, admitRun, getGenerationStart, newId } from '#persistence';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const manifestOf = (runId: string, step: number) => ({
  version: 1 as const,
  runId,
  generation: 1,
  step,
  worldSize: 1,
  numClasses: 7,
  folder: `runs/${runId}/checkpoints/g1-s${step}`,
  shards: [[0, 7] as [number, number]],
  files: [{ path: 'head-0.safetensors', sizeBytes: 1, sha256: 'a'.repeat(64) }],
  backboneHash: 'b',
  best: null,
});

/** A run that has made `step` steps and has a checkpoint of the last one; null: none. */
async function aRunAt(step: number | null, status: RunStatus, body: Partial<CreateRunInput> = {}): Promise<string> {
  const { id } = (await scene.post('/runs', aBody({ maxSteps: 100, ...body })).expect(202)).body as CreatedRun;
  for (const next of ['starting', 'running'] as const) await scene.move(id, next);
  if (step !== null) {
    const checkpointId = newId('ckpt');
    const { manager } = scene.source;
    await manager.insert(CheckpointEntity, { id: checkpointId, runId: id, generation: 1, step, manifest: manifestOf(id, step) });
    await manager.update(RunEntity, { id }, { checkpointId, step, generation: 1, totalSteps: 100 });
  }
  if (status !== 'running') await scene.move(id, status);
  return id;
}

const post = (id: string, verb: 'resume' | 'clone', body?: unknown) => scene.post(`/runs/${id}/${verb}`, body);

describe('POST /runs/:id/resume', () => {
  it.each(['failed', 'canceled', 'succeeded'] as const)(
    'goes on from the last checkpoint of a run that has %s',
    async (status) => {
      const source = await aRunAt(40, status, { labels: { team: 'a' }, name: 'long' });
      const before = (await scene.get(`/runs/${source}`)).body as unknown;
      const response = await post(source, 'resume', { overrides: { maxSteps: 200, labels: { again: 'yes' } } }).expect(202);
      const run = createdRunSchema.parse(response.body);
      expect(run).toMatchObject({
        status: 'queued',
        step: 40,
        name: 'long',
        labels: { team: 'a', again: 'yes' },
        resumedFrom: { runId: source, step: 40 },
        clonedFrom: null,
        checkpoint: { step: 40, generation: 1, folder: `runs/${source}/checkpoints/g1-s40` },
        config: { maxSteps: 200 },
      });
      expect(response.headers['location']).toBe(run.urls.self);
      expect((await scene.get(`/runs/${source}`)).body).toEqual(before);

      const claimUntil = new Date(Date.now() + 60_000);
      const generation = await scene.source.transaction((manager) => admitRun(manager, run.id, { worldSize: 1, claimUntil }));
      expect(generation).toBe(1);
      expect(await scene.source.manager.findOneByOrFail(GenerationEntity, { runId: run.id })).toMatchObject({ startStep: 40 });
      expect(await getGenerationStart(scene.source.manager, run.id, 1)).toMatchObject({
        resumeFrom: { runId: source, step: 40 },
        config: { maxSteps: 200 },
      });
    },
  );

  it('takes no body, other ranks that hold whole groups, and webhooks of its own', async () => {
    const source = await aRunAt(40, 'canceled', { batch: { globalBatchSize: 12, bnGroupSize: 3 }, ranks: { max: 2 } });
    await post(source, 'resume').expect(202);
    const webhooks = [{ url: 'https://a.test/hook' }];
    const run = createdRunSchema.parse(
      (await post(source, 'resume', { overrides: { ranks: { max: 4 } }, webhooks }).expect(202)).body,
    );
    expect(run.config['ranks']).toEqual({ min: 4, max: 4 });
    expect(run.webhookSecrets).toEqual([{ url: 'https://a.test/hook', secret: expect.stringMatching(/^whsec_/) }]);
    const response = await post(source, 'resume', { overrides: { ranks: { max: 3 } } }).expect(422);
    expect(pointersOf(response)).toEqual(['/overrides/ranks/max']);
    expect(problemOf(response).detail).toContain('possible: 1, 2, 4');
  });

  it('refuses what would make it another training, and what leaves no steps', async () => {
    const source = await aRunAt(40, 'failed');
    const pointers = async (overrides: unknown) => pointersOf(await post(source, 'resume', { overrides }).expect(422));
    expect(await pointers({ loss: { margin: 0.3 }, seed: 2 })).toEqual(['/overrides/loss/margin', '/overrides/seed']);
    expect(await pointers({ dataset: { path: '/data/other' } })).toEqual(['/overrides/dataset/path']);
    expect(await pointers({ maxSteps: 40 })).toEqual(['/overrides/maxSteps']);
    expect(await pointers({ maxSteps: 0 })).toEqual(['/overrides/maxSteps']);
    expect(await pointers({ maxSteps: null })).toEqual(['/overrides/maxSteps']);
    expect(await pointers({ webhooks: [] })).toEqual(['/overrides/webhooks']);
    expect(await pointers({ unknown: 1 })).toEqual(['/overrides/unknown']);
    expect(pointersOf(await post(source, 'resume', { maxSteps: 50 }).expect(422))).toEqual(['/maxSteps']);
    expect(pointersOf(await post(source, 'resume', { webhooks: [{ url: 'http://127.0.0.1/' }] }).expect(422))).toEqual([
      '/webhooks/0/url',
    ]);
  });

  it('counts epochs where the source says how many steps one has', async () => {
    const source = await aRunAt(100, 'succeeded', { maxSteps: undefined, epochs: 2 });
    expect(pointersOf(await post(source, 'resume').expect(422))).toEqual(['/overrides/epochs']);
    await post(source, 'resume', { overrides: { epochs: 3 } }).expect(202);
  });

  it('is a conflict while the run has not ended, and when there is no checkpoint', async () => {
    for (const id of [await aRunAt(40, 'running'), await aRunAt(40, 'canceling'), await aRunAt(null, 'failed')]) {
      expect(problemOf(await post(id, 'resume').expect(409)).code).toBe('conflict');
    }
    expect(problemOf(await post('run_00000000000000000000', 'resume').expect(404)).code).toBe('not_found');
  });

  it('resumes a resumed run that has made no checkpoint of its own', async () => {
    const source = await aRunAt(40, 'failed');
    const { id } = (await post(source, 'resume').expect(202)).body as CreatedRun;
    await scene.move(id, 'failed');
    const again = createdRunSchema.parse((await post(id, 'resume').expect(202)).body);
    expect(again).toMatchObject({
      resumedFrom: { runId: id, step: 40 },
      checkpoint: { folder: `runs/${source}/checkpoints/g1-s40` },
    });
  });

  it('happens once per Idempotency-Key, for each run its own', async () => {
    const [one, two] = [await aRunAt(40, 'failed'), await aRunAt(40, 'failed')];
    const send = (id: string) => post(id, 'resume').set('idempotency-key', 'again-1');
    const first = (await send(one).expect(202)).body as CreatedRun;
    const repeat = await send(one).expect(202);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect((repeat.body as CreatedRun).id).toBe(first.id);
    expect(problemOf(await send(two).expect(422)).code).toBe('idempotency_key_reused');
  });
});

describe('POST /runs/:id/clone', () => {
  it.each(['queued', 'running', 'failed', 'succeeded'] as const)(
    'starts one that is %s again from the beginning',
    async (status) => {
      const id = await scene.aRun(
        ...({ queued: [], running: ['starting', 'running'], failed: ['failed'], succeeded: ['starting', 'succeeded'] } as const)[
          status
        ],
      );
      const source = runViewSchema.parse((await scene.get(`/runs/${id}`)).body);
      const run = createdRunSchema.parse((await post(id, 'clone').expect(202)).body);
      expect(run).toMatchObject({ status: 'queued', step: 0, clonedFrom: id, resumedFrom: null, checkpoint: null });
      expect(run.config).toEqual(source.config);
    },
  );

  it('takes any override, as a recipe does', async () => {
    const id = await scene.aRun('failed');
    const overrides = { network: { name: 'r50' }, loss: { name: 'cosface' }, seed: 9, labels: { a: 'b' }, name: 'other' };
    const run = createdRunSchema.parse((await post(id, 'clone', { overrides }).expect(202)).body);
    expect(run).toMatchObject({ name: 'other', labels: { a: 'b' } });
    expect(run.config).toMatchObject({
      network: { name: 'r50', embeddingSize: 512 },
      loss: { name: 'cosface', margin: 0.35 },
      seed: 9,
    });
    expect(pointersOf(await post(id, 'clone', { overrides: { ranks: { max: 3 } } }).expect(422))).toEqual([
      '/overrides/batch/globalBatchSize',
    ]);
    expect(pointersOf(await post(id, 'clone', { overrides: { name: 'a\0' } }).expect(422))).toEqual(['/overrides/name']);
    expect(pointersOf(await post(id, 'clone', []).expect(422))).toEqual(['']);
  });

  it('makes one run of many requests with one key, however they race', async () => {
    const id = await scene.aRun();
    const send = () => post(id, 'clone').set('idempotency-key', 'clone-1');
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    const made = await scene.source.query<unknown[]>('select from runs where cloned_from = $1', [id]);
    expect(made).toHaveLength(1);
  });

  it('knows only trainings', async () => {
    await post('run_00000000000000000000', 'clone').expect(404);
    await post('evl_00000000000000000000', 'clone').expect(404);
  });
});
