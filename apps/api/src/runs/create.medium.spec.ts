import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createdRunSchema, type CreatedRun } from '#contracts';
import { aBody, ApiScene, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const OWN_SECRET = `whsec_${'A'.repeat(32)}`;

describe('POST /runs', () => {
  it('answers 202 with the queued run and where it is', async () => {
    const response = await scene.post('/runs', aBody({ name: 'first', labels: { team: 'a' } })).expect(202);
    const run = createdRunSchema.parse(response.body);
    const self = `${PUBLIC_URL}/runs/${run.id}`;
    expect(response.headers['location']).toBe(self);
    expect(response.headers['idempotent-replayed']).toBeUndefined();
    expect(run).toMatchObject({
      name: 'first',
      labels: { team: 'a' },
      status: 'queued',
      generation: 0,
      totalSteps: null,
      models: [],
      webhookSecrets: [],
      transitions: [{ status: 'queued', reason: 'created' }],
      urls: { self, cancel: `${self}/cancel`, events: `${self}/events`, logs: `${self}/logs`, resume: `${self}/resume` },
    });
    const { webhookSecrets: _, ...view } = run;
    expect((await scene.get(`/runs/${run.id}`).expect(200)).body).toEqual(view);
  });

  it('stores the configuration with everything that the body left open', async () => {
    const body = aBody({ batch: { globalBatchSize: 32 }, ranks: { max: 4 }, network: { name: 'y1' } });
    const { id } = (await scene.post('/runs', body).expect(202)).body as CreatedRun;
    const [row] = await scene.source.query<{ config: Record<string, unknown> }[]>('select config from runs where id = $1', [id]);
    expect(row?.config).toMatchObject({
      batch: { globalBatchSize: 32, bnGroupSize: 8 },
      ranks: { min: 4, max: 4 },
      network: { name: 'y1', embeddingSize: 128 },
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
      seed: 1,
    });
    expect(row?.config).not.toHaveProperty('webhooks');
  });

  it('makes a secret per webhook that has none, shows only those, and only in this answer', async () => {
    const webhooks = [{ url: 'https://a.test/hook' }, { url: 'https://b.test/hook', secret: OWN_SECRET, events: ['run.failed'] }];
    const response = await scene.post('/runs', aBody({ webhooks } as never)).expect(202);
    const { id, webhookSecrets } = response.body as CreatedRun;
    expect(webhookSecrets).toEqual([{ url: 'https://a.test/hook', secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32,}/) }]);
    expect(response.text).not.toContain(OWN_SECRET);
    const stored = await scene.source.query<{ url: string; secret: string; events: string[] | null }[]>(
      'select url, secret, events from webhook_endpoints where run_id = $1 order by url',
      [id],
    );
    expect(stored).toEqual([
      { url: 'https://a.test/hook', secret: webhookSecrets[0]?.secret, events: null },
      { url: 'https://b.test/hook', secret: OWN_SECRET, events: ['run.failed'] },
    ]);
    for (const path of [`/runs/${id}`, '/runs', `/runs/${id}/deliveries`]) {
      expect((await scene.get(path).expect(200)).text).not.toContain('whsec_');
    }
    expect(scene.logLines.join('')).not.toMatch(/whsec_[A-Za-z0-9+/]{8}/);
  });

  it('makes different secrets for two webhooks', async () => {
    const webhooks = [{ url: 'https://a.test/1' }, { url: 'https://a.test/2' }];
    const { webhookSecrets } = (await scene.post('/runs', aBody({ webhooks })).expect(202)).body as CreatedRun;
    expect(new Set(webhookSecrets.map(({ secret }) => secret)).size).toBe(2);
  });

  it('queues the first webhook in the same transaction, for who wants it', async () => {
    const webhooks = [{ url: 'https://a.test/hook' }, { url: 'https://b.test/hook', events: ['run.failed' as const] }];
    const { id } = (await scene.post('/runs', aBody({ webhooks })).expect(202)).body as CreatedRun;
    const { body } = await scene.get(`/runs/${id}/deliveries`).expect(200);
    expect(body).toMatchObject({ deliveries: [{ eventType: 'run.queued', url: 'https://a.test/hook', state: 'pending' }] });
    expect((body as { deliveries: unknown[] }).deliveries).toHaveLength(1);
  });

  it('takes application/*+json too', async () => {
    await scene
      .post('/runs')
      .set('content-type', 'application/vnd.arcfleet+json; charset=utf-8')
      .send(JSON.stringify(aBody()))
      .expect(202);
  });

  it('leaves nothing behind when a later part of the transaction fails', async () => {
    const before = await scene.countRows();
    await scene.source.query('alter table run_events rename to run_events_away');
    try {
      await scene
        .post('/runs', aBody({ webhooks: [{ url: 'https://a.test/hook' }] }))
        .set('idempotency-key', 'half')
        .expect(500);
    } finally {
      await scene.source.query('alter table run_events_away rename to run_events');
    }
    expect(await scene.countRows()).toEqual(before);
  });
});
