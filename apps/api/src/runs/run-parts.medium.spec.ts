import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryListSchema, metricSeriesSchema, runViewSchema, verificationScoresSchema, type CreatedRun } from '#contracts';
import { GenerationEntity, MetricEntity, VerificationEntity, WebhookDeliveryEntity } from '#persistence';
import { aBody, ApiScene, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

describe('POST /runs/:id/cancel', () => {
  const cancel = (id: string) => scene.post(`/runs/${id}/cancel`);

  it('shows canceling at once, and again when asked twice', async () => {
    const id = await scene.aRun();
    const first = runViewSchema.parse((await cancel(id).expect(202)).body);
    expect(first).toMatchObject({ id, status: 'canceling', reason: 'canceled_by_user', finishedAt: null });
    const second = runViewSchema.parse((await cancel(id).expect(202)).body);
    expect(second.transitions.map(({ status }) => status)).toEqual(['queued', 'canceling']);
  });

  it('cancels a run that trains', async () => {
    const id = await scene.aRun('starting', 'running');
    expect((await cancel(id).expect(202)).body).toMatchObject({ status: 'canceling' });
    expect((await scene.get(`/runs/${id}`).expect(200)).body).toMatchObject({ status: 'canceling' });
  });

  it('keeps one transition when many ask at the same time', async () => {
    const id = await scene.aRun();
    await Promise.all(Array.from({ length: 6 }, () => cancel(id).expect(202)));
    const run = runViewSchema.parse((await scene.get(`/runs/${id}`)).body);
    expect(run.transitions.map(({ status }) => status)).toEqual(['queued', 'canceling']);
  });

  it.each(['starting', 'running', 'queued'] as const)(
    'meets its move to %s: whoever is first, it ends as canceling',
    async (status) => {
      const before = { starting: [], running: ['starting'], queued: ['starting'] } as const;
      const id = await scene.aRun(...before[status]);
      await Promise.all([cancel(id).expect(202), scene.move(id, status), cancel(id).expect(202)]);
      const run = runViewSchema.parse((await scene.get(`/runs/${id}`)).body);
      expect(run.status).toBe('canceling');
      expect(run.transitions.filter((each) => each.status === 'canceling')).toHaveLength(1);
    },
  );

  it('is accepted or a conflict when the run ends at the same time, and the end stands', async () => {
    const id = await scene.aRun('starting', 'running');
    const [answer] = await Promise.all([cancel(id), scene.move(id, 'succeeded')]);
    expect([202, 409]).toContain(answer.status);
    expect((await scene.get(`/runs/${id}`)).body).toMatchObject({ status: 'succeeded' });
  });

  it.each(['succeeded', 'failed', 'canceled'] as const)('is a conflict once the run has %s', async (status) => {
    const id = await scene.aRun('starting', status);
    const before = await scene.countRows();
    expect(problemOf(await cancel(id).expect(409)).code).toBe('conflict');
    expect((await scene.get(`/runs/${id}`)).body).toMatchObject({ status });
    expect(await scene.countRows()).toEqual(before);
  });
});

describe('GET /runs/:id/metrics', () => {
  const scores = verificationScoresSchema.parse({ numPairs: 6, accuracy: 0.5, std: 0, threshold: 1, xnorm: 1, tarAtFar: {} });

  async function aTrainedRun(): Promise<string> {
    const id = await scene.aRun('starting', 'running');
    const { manager } = scene.source;
    const metrics = ['loss', 'learning_rate'].flatMap((name) =>
      Array.from({ length: 11 }, (_, step) => ({ runId: id, generation: 1, rank: 0, step, name, value: step / 4 })),
    );
    await manager.insert(MetricEntity, metrics);
    await manager.insert(VerificationEntity, { runId: id, generation: 1, step: 10, subject: 'model', target: 'pairs', scores });
    return id;
  }
  const series = async (id: string, query = '') =>
    metricSeriesSchema.parse((await scene.get(`/runs/${id}/metrics${query}`).expect(200)).body);

  it('shows every series by step, and the verifications', async () => {
    const { metrics, verifications } = await series(await aTrainedRun());
    expect(metrics.map(({ name, points }) => [name, points.length])).toEqual([
      ['learning_rate', 11],
      ['loss', 11],
    ]);
    expect(metrics[1]?.points[3]).toEqual({ step: 3, value: 0.75, generation: 1 });
    expect(verifications).toEqual([{ step: 10, generation: 1, subject: 'model', target: 'pairs', scores }]);
  });

  it('shows the asked names only, thinned to maxPoints with the first and the last', async () => {
    const { metrics } = await series(await aTrainedRun(), '?names=loss,none&maxPoints=3');
    expect(metrics.map(({ name }) => name)).toEqual(['loss']);
    expect(metrics[0]?.points.map(({ step }) => step)).toEqual([0, 5, 10]);
  });

  it('shows a step that was done twice once, as the later generation did it', async () => {
    const id = await aTrainedRun();
    const { manager } = scene.source;
    const ended = { runId: id, worldSize: 1, state: 'ended' } as const;
    await manager.insert(GenerationEntity, [
      { ...ended, generation: 1, startStep: 0 },
      { ...ended, generation: 2, startStep: 8 },
    ]);
    await manager.insert(MetricEntity, { runId: id, generation: 2, rank: 0, step: 9, name: 'loss', value: 7 });
    const { metrics } = await series(id, '?names=loss');
    expect(metrics[0]?.points.slice(-2)).toEqual([
      { step: 8, value: 2, generation: 1 },
      { step: 9, value: 7, generation: 2 },
    ]);
  });

  it('is empty for a run that has not begun', async () => {
    expect(await series(await scene.aRun())).toEqual({ metrics: [], verifications: [] });
  });

  it.each([
    ['maxPoints=1', '/maxPoints'],
    ['maxPoints=many', '/maxPoints'],
    ['names=a%00b', '/names/0'],
    [`names=${'a'.repeat(65)}`, '/names/0'],
  ])('refuses ?%s', async (query, pointer) => {
    const id = await scene.aRun();
    expect(pointersOf(await scene.get(`/runs/${id}/metrics?${query}`).expect(422))).toEqual([pointer]);
  });
});

describe('GET /runs/:id/deliveries', () => {
  it('shows how far each delivery is, oldest first, and no body or secret', async () => {
    const webhooks = [{ url: 'https://a.test/hook' }];
    const { id } = (await scene.post('/runs', aBody({ webhooks })).expect(202)).body as CreatedRun;
    const lastAttemptAt = new Date('2026-01-02T03:04:05.678Z');
    await scene.source.manager.update(
      WebhookDeliveryEntity,
      { runId: id },
      { attempts: 2, lastStatus: 500, lastError: 'answered 500', lastAttemptAt, createdAt: lastAttemptAt },
    );
    await scene.move(id, 'failed');
    const response = await scene.get(`/runs/${id}/deliveries`).expect(200);
    const { deliveries } = deliveryListSchema.parse(response.body);
    expect(deliveries).toMatchObject([
      { eventType: 'run.queued', url: 'https://a.test/hook', state: 'pending', attempts: 2, lastStatus: 500 },
      { eventType: 'run.failed', url: 'https://a.test/hook', state: 'pending', attempts: 0, lastStatus: null },
    ]);
    expect(response.text).not.toMatch(/whsec_|"body"/);
  });

  it('has pages, also of deliveries of one moment', async () => {
    const { id } = (await scene.post('/runs', aBody({ webhooks: [{ url: 'https://a.test/hook' }] })).expect(202))
      .body as CreatedRun;
    for (const status of ['starting', 'running', 'queued', 'starting'] as const) await scene.move(id, status);
    await scene.source.query('update webhook_deliveries set created_at = $2 where run_id = $1', [id, '2026-01-02T03:04:05.678Z']);
    const all = deliveryListSchema.parse((await scene.get(`/runs/${id}/deliveries`).expect(200)).body);
    expect(all.next).toBeNull();
    expect(all.deliveries.length).toBeGreaterThan(2);
    const seen: string[] = [];
    let url: string | null = `/runs/${id}/deliveries?limit=1`;
    while (url !== null) {
      const page = deliveryListSchema.parse((await scene.get(url).expect(200)).body);
      seen.push(...page.deliveries.map((delivery) => delivery.id));
      url = page.next?.slice(PUBLIC_URL.length) ?? null;
    }
    expect(seen).toEqual(all.deliveries.map((delivery) => delivery.id));
    expect(pointersOf(await scene.get(`/runs/${id}/deliveries?limit=1001`).expect(422))).toEqual(['/limit']);
  });

  it('is empty for a run without webhooks', async () => {
    expect((await scene.get(`/runs/${await scene.aRun()}/deliveries`).expect(200)).body).toEqual({ deliveries: [], next: null });
  });
});
