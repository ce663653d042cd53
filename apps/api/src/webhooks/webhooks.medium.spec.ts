import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  WEBHOOK_EVENTS,
  type WebhookDeliveryList,
  type WebhookList,
  type WebhookPayload,
  type WebhookView,
  type WebhookWithSecret,
} from '#contracts';
import { claimDeliveries, enqueueWebhook, recordAttempt, transitionRun, type ClaimedDelivery } from '#persistence';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
afterEach(() => scene.source.query('truncate runs, webhook_endpoints, audit_events, idempotency_keys cascade'));
afterAll(() => scene?.close());

const url = 'https://receiver.example/hook';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function register(body: Record<string, unknown> = {}): Promise<WebhookWithSecret> {
  return (await scene.post('/webhooks', { url, ...body }).expect(201)).body as WebhookWithSecret;
}
const view = async (id: string) => (await scene.get(`/webhooks/${id}`).expect(200)).body as WebhookView;
const deliveriesOf = async (id: string, query = '') =>
  ((await scene.get(`/webhooks/${id}/deliveries${query}`).expect(200)).body as WebhookDeliveryList).deliveries;
const claim = () =>
  scene.source.transaction((manager) =>
    claimDeliveries(manager, { limit: 1_000, perEndpoint: 1_000, perHost: 1_000, leaseMs: 60_000 }),
  );
const end = (delivery: ClaimedDelivery, state: 'delivered' | 'failed') =>
  scene.source.transaction((manager) =>
    recordAttempt(
      manager,
      delivery,
      {
        durationMs: 12,
        status: state === 'delivered' ? 204 : 500,
        error: state === 'delivered' ? null : 'answered 500',
        answer: 'hm',
      },
      () => ({ state, delayMs: null, throttleMs: null, disable: null }),
    ),
  );
const tell = (type: 'model.created' | 'dataset.ready', at = new Date()) =>
  scene.source.transaction((manager) =>
    enqueueWebhook(manager, { type, at, data: { modelId: 'mdl_x', datasetId: 'd' }, runId: null }),
  );

describe('POST /webhooks', () => {
  it('shows a new secret once, and never again', async () => {
    const response = await scene.post('/webhooks', { url, events: ['run.*', 'model.created'], description: 'ours' }).expect(201);
    const created = response.body as WebhookWithSecret;
    expect(created).toMatchObject({
      id: expect.stringMatching(/^whep_[0-9a-z]{20}$/),
      runId: null,
      url,
      events: ['run.*', 'model.created'],
      labels: null,
      description: 'ours',
      state: 'enabled',
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    expect(response.headers['etag']).toBe('"1"');
    expect(response.headers['location']).toBe(created.urls.self);
    const texts = [
      (await scene.get(`/webhooks/${created.id}`)).text,
      (await scene.get('/webhooks')).text,
      (await scene.patch(`/webhooks/${created.id}`, { description: 'x' })).text,
      JSON.stringify(await scene.source.query('select * from audit_events')),
      scene.logLines.join('\n'),
    ];
    for (const text of texts) expect(text).not.toContain(created.secret);
  });

  it('takes a secret, and hides a user name and a password of the URL', async () => {
    const created = await register({ url: 'https://user:pass-word@receiver.example/hook', secret: SECRET });
    expect(created).toMatchObject({ secret: SECRET, url: 'https://***:***@receiver.example/hook' });
    const texts = [(await scene.get('/webhooks')).text, JSON.stringify(await scene.source.query('select * from audit_events'))];
    for (const text of texts) expect(text).not.toContain('pass-word');
    expect(await scene.source.query('select url from webhook_endpoints')).toEqual([
      { url: 'https://user:pass-word@receiver.example/hook' },
    ]);
  });

  it('creates nothing for a repeated Idempotency-Key, and shows no secret again', async () => {
    const send = () => scene.post('/webhooks', { url }).set('Idempotency-Key', 'k1');
    const first = await send().expect(201);
    const again = await send().expect(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers['etag']).toBe('"1"');
    expect(again.body).toEqual({ ...first.body, secret: null });
    expect((await scene.countRows())['endpoints']).toBe(1);
    expect(JSON.stringify(await scene.source.query('select * from idempotency_keys'))).not.toContain('whsec_');
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no URL', { url: undefined }, ['/url']],
    ['another scheme', { url: 'file:///etc/passwd' }, ['/url']],
    ['a private address', { url: 'http://169.254.169.254/latest' }, ['/url']],
    ['this machine', { url: 'http://localhost:3000/' }, ['/url']],
    ['a port of another protocol', { url: 'http://receiver.example:6379/' }, ['/url']],
    ['a URL without end', { url: `https://receiver.example/${'a'.repeat(2_048)}` }, ['/url']],
    ['an event that there is not', { events: ['run.exploded'] }, ['/events/0']],
    ['a pattern that there is not', { events: ['r*'] }, ['/events/0']],
    ['no events', { events: [] }, ['/events']],
    ['a short secret', { secret: 'whsec_abc' }, ['/secret']],
    ['too many labels', { labels: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) }, ['/labels']],
    ['NUL in a text', { description: 'a\0' }, ['/description']],
    ['a long description', { description: 'a'.repeat(501) }, ['/description']],
    ['a key that there is not', { runId: 'run_00000000000000000000' }, ['/runId']],
  ])('refuses %s', async (_, body, pointers) => {
    const response = await scene.post('/webhooks', { url, ...body }).expect(422);
    expect(pointersOf(response)).toEqual(pointers);
    expect((await scene.countRows())['endpoints']).toBe(0);
  });

  it('takes a hundred and no more, also when they come at once', async () => {
    await scene.source.query(
      `insert into webhook_endpoints (id, url, secret) select 'whep_' || lpad(i::text, 20, '0'), $1, $2 from generate_series(1, 98) i`,
      [url, SECRET],
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => scene.post('/webhooks', { url })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
  });
});

describe('GET /webhooks', () => {
  it('lists registered endpoints in pages, and those of a run when asked', async () => {
    const ids = [(await register()).id, (await register()).id, (await register()).id];
    const { id: run } = (await scene.post('/runs', aBody({ webhooks: [{ url }] })).expect(202)).body as { id: string };
    const first = (await scene.get('/webhooks?limit=2').expect(200)).body as WebhookList;
    expect(first.next).toContain('/webhooks?cursor=');
    const second = (await scene.get(first.next!.replace(/^https:\/\/[^/]+/, '')).expect(200)).body as WebhookList;
    expect(second.next).toBeNull();
    expect([...first.webhooks, ...second.webhooks].map(({ id }) => id).sort()).toEqual(ids.sort());
    const ofRun = (await scene.get(`/webhooks?run=${run}`).expect(200)).body as WebhookList;
    expect(ofRun.webhooks).toMatchObject([{ runId: run, url, events: null }]);
    expect(pointersOf(await scene.get('/webhooks?run=abc').expect(422))).toEqual(['/run']);
  });

  it('is 404 for what there is not', async () => {
    for (const path of ['/webhooks/whep_00000000000000000000', '/webhooks/abc', '/deliveries/msg_00000000000000000000']) {
      expect(problemOf(await scene.get(path).expect(404)).code).toBe('not_found');
    }
  });
});

describe('PATCH and DELETE /webhooks/:id', () => {
  it('change what was seen, and refuse what has changed since', async () => {
    const { id } = await register();
    const first = await scene
      .patch(`/webhooks/${id}`, { events: ['evaluation.*'], labels: { team: 'a' } })
      .set('If-Match', '"1"');
    expect(first.status).toBe(200);
    expect(first.headers['etag']).toBe('"2"');
    expect(first.body).toMatchObject({ events: ['evaluation.*'], labels: { team: 'a' }, url });
    const stale = await scene.patch(`/webhooks/${id}`, { events: null }).set('If-Match', '"1"').expect(412);
    expect(problemOf(stale).code).toBe('precondition_failed');
    expect(await view(id)).toMatchObject({ events: ['evaluation.*'] });
    await scene.patch(`/webhooks/${id}`, {}).set('If-Match', 'abc').expect(400);
    expect(pointersOf(await scene.patch(`/webhooks/${id}`, { url: 'http://10.0.0.1/' }).expect(422))).toEqual(['/url']);
    expect(pointersOf(await scene.patch(`/webhooks/${id}`, { secret: SECRET }).expect(422))).toEqual(['/secret']);
    await scene.delete(`/webhooks/${id}`).set('If-Match', '"1"').expect(412);
    await scene.delete(`/webhooks/${id}`).set('If-Match', '"2"').expect(204);
    await scene.get(`/webhooks/${id}`).expect(404);
    await scene.delete(`/webhooks/${id}`).expect(404);
    expect(await scene.source.query('select action from audit_events order by at, id')).toEqual(
      ['webhooks.create', 'webhooks.update', 'webhooks.delete'].map((action) => ({ action })),
    );
  });

  it('let one of two changes with the same ETag through', async () => {
    const { id } = await register();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((description) => scene.patch(`/webhooks/${id}`, { description }).set('If-Match', '"1"')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('forget the failures of an old URL', async () => {
    const { id } = await register();
    await scene.source.query(
      `update webhook_endpoints set failing_since = now(), throttles = 3, throttled_until = now() + interval '1 hour'`,
    );
    expect(await view(id)).toMatchObject({ state: 'failing', throttledUntil: expect.any(String) });
    await scene.patch(`/webhooks/${id}`, { url: 'https://other.example/' }).expect(200);
    expect(await view(id)).toMatchObject({ state: 'enabled', failingSince: null, throttledUntil: null });
  });

  it('leave an event that happens meanwhile whole', async () => {
    const { id } = await register();
    const runId = await scene.aRun();
    // The event has its delivery and is not committed yet: the deletion waits for it.
    let deleted: Promise<unknown> = Promise.resolve();
    await scene.source.transaction(async (manager) => {
      await transitionRun(manager, runId, 'starting', { reason: 'admitted', message: '' });
      await transitionRun(manager, runId, 'running', { reason: 'training', message: '' });
      deleted = scene.delete(`/webhooks/${id}`).expect(204).then();
      await scene.source.query('select pg_sleep(0.2)');
      await transitionRun(manager, runId, 'succeeded', { reason: 'completed', message: '' });
    });
    await deleted;
    expect((await scene.get(`/runs/${runId}`).expect(200)).body).toMatchObject({ status: 'succeeded' });
    expect((await scene.countRows())['deliveries']).toBe(0);
  });
});

describe('event filters and labels', () => {
  it('let through what they name', async () => {
    const all = await register();
    const runs = await register({ events: ['run.*'] });
    const models = await register({ events: ['model.created', 'dataset.*'] });
    const labelled = await register({ labels: { team: 'a' } });
    const own = await register({ labels: { team: 'b' }, events: ['*'] });
    await tell('model.created');
    await tell('dataset.ready');
    await scene.post('/runs', aBody({ labels: { team: 'a', kind: 'x' } })).expect(202);
    const seen = async (webhook: WebhookView) => (await deliveriesOf(webhook.id)).map(({ eventType }) => eventType).sort();
    expect(await seen(all)).toEqual(['dataset.ready', 'model.created', 'run.queued']);
    expect(await seen(runs)).toEqual(['run.queued']);
    expect(await seen(models)).toEqual(['dataset.ready', 'model.created']);
    expect(await seen(labelled)).toEqual(['run.queued']);
    expect(await seen(own)).toEqual([]);
  });
});

describe('POST /webhooks/:id/rotate-secret', () => {
  it('signs with both for a while, and refuses a second rotation until then', async () => {
    const { id, secret } = await register();
    const rotated = (await scene.post(`/webhooks/${id}/rotate-secret`).expect(200)).body as WebhookWithSecret;
    expect(rotated.secret).not.toBe(secret);
    const hours = (Date.parse(rotated.overlapUntil!) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    expect(problemOf(await scene.post(`/webhooks/${id}/rotate-secret`, {}).expect(409)).code).toBe('conflict');
    await scene.post(`/webhooks/${id}/test`).expect(202);
    expect((await claim())[0]?.secrets).toEqual([rotated.secret, secret]);
    // As if a day had passed.
    await scene.source.query(`update webhook_endpoints set previous_secret_until = now() - interval '1 second'`);
    expect(await view(id)).toMatchObject({ overlapUntil: null });
    await scene.post(`/webhooks/${id}/test`).expect(202);
    expect((await claim())[0]?.secrets).toEqual([rotated.secret]);
    const own = (await scene.post(`/webhooks/${id}/rotate-secret`, { overlapSeconds: 0, secret: SECRET }).expect(200)).body;
    expect(own).toMatchObject({ secret: SECRET, overlapUntil: null });
    await scene.post(`/webhooks/${id}/rotate-secret`, { overlapSeconds: 0 }).expect(200);
    expect(pointersOf(await scene.post(`/webhooks/${id}/rotate-secret`, { overlapSeconds: 604_801 }).expect(422))).toEqual([
      '/overlapSeconds',
    ]);
  });

  it('without an overlap is possible at any time: nothing signs with what has leaked', async () => {
    const { id } = await register();
    await scene.post(`/webhooks/${id}/rotate-secret`, {}).expect(200);
    const again = (await scene.post(`/webhooks/${id}/rotate-secret`, { overlapSeconds: 0 }).expect(200))
      .body as WebhookWithSecret;
    expect(again.overlapUntil).toBeNull();
    await scene.post(`/webhooks/${id}/test`).expect(202);
    expect((await claim())[0]?.secrets).toEqual([again.secret]);
  });

  it('happens once when asked twice at once', async () => {
    const { id } = await register();
    const answers = await Promise.all([0, 1, 2].map(() => scene.post(`/webhooks/${id}/rotate-secret`, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('is for endpoints of runs, too', async () => {
    const { id: run } = (await scene.post('/runs', aBody({ webhooks: [{ url }] })).expect(202)).body as { id: string };
    const [webhook] = ((await scene.get(`/webhooks?run=${run}`)).body as WebhookList).webhooks;
    await scene.post(`/webhooks/${webhook!.id}/rotate-secret`, {}).expect(200);
    expect((await claim())[0]?.secrets).toHaveLength(2);
  });
});

describe('deliveries', () => {
  it('are listed by state, event and time, with their attempts', async () => {
    const { id } = await register();
    await tell('model.created');
    await tell('dataset.ready');
    const [first, second] = await claim();
    await end(first!, 'delivered');
    await end(second!, 'failed');
    const states = await deliveriesOf(id);
    expect(states.map(({ state }) => state).sort()).toEqual(['delivered', 'failed']);
    expect(await deliveriesOf(id, '?state=failed')).toMatchObject([{ id: second!.id, lastStatus: 500, attempts: 1 }]);
    expect(await deliveriesOf(id, '?event=model.created&limit=1')).toMatchObject([{ eventType: 'model.created' }]);
    expect(await deliveriesOf(id, '?since=2099-01-01T00:00:00Z')).toEqual([]);
    expect(pointersOf(await scene.get(`/webhooks/${id}/deliveries?state=x&event=y&since=z`).expect(422))).toEqual([
      '/state',
      '/event',
      '/since',
    ]);
    const { body } = await scene.get(`/deliveries/${second!.id}`).expect(200);
    expect(body).toMatchObject({
      webhookId: id,
      body: second!.body,
      attemptLog: [{ number: 1, durationMs: 12, status: 500, error: 'answered 500', answer: 'hm' }],
    });
  });

  it('are sent again under the same id, also when delivered; the attempts before stay', async () => {
    await register();
    await tell('model.created');
    const [first] = await claim();
    await end(first!, 'delivered');
    expect(await claim()).toEqual([]);
    const again = await scene.post(`/deliveries/${first!.id}/redeliver`).expect(202);
    expect(again.body).toMatchObject({ id: first!.id, state: 'pending', attempts: 1, deliveredAt: expect.any(String) });
    const [second] = await claim();
    expect(second).toMatchObject({ id: first!.id, body: first!.body, series: 2, seriesAttempts: 0 });
    await end(second!, 'delivered');
    expect((await scene.get(`/deliveries/${first!.id}`)).body).toMatchObject({
      attempts: 2,
      attemptLog: [{ number: 1 }, { number: 2 }],
    });
  });

  it('asked for again while an attempt is under way get another one after it', async () => {
    await register();
    await tell('model.created');
    const [first] = await claim();
    await scene.post(`/deliveries/${first!.id}/redeliver`).expect(202);
    expect(await claim()).toEqual([]);
    expect(await end(first!, 'failed')).toBe('pending');
    const [second] = await claim();
    expect(second).toMatchObject({ id: first!.id, series: 2 });
    expect(await end(second!, 'delivered')).toBe('delivered');
  });

  it('are replayed by window, event and state; what is pending comes by itself', async () => {
    const { id } = await register();
    await tell('model.created');
    await tell('dataset.ready');
    await tell('dataset.ready');
    const [first, second] = await claim();
    await end(first!, 'delivered');
    await end(second!, 'failed');
    const since = new Date(Date.now() - 60_000).toISOString();
    const replay = (body: object) => scene.post(`/webhooks/${id}/replay`, { since, ...body });
    expect((await replay({ until: since }).expect(202)).body).toEqual({ replayed: 0, next: null });
    expect((await replay({ events: ['evaluation.*'] }).expect(202)).body).toEqual({ replayed: 0, next: null });
    expect((await replay({}).expect(202)).body).toEqual({ replayed: 1, next: null });
    expect((await replay({}).expect(202)).body).toEqual({ replayed: 0, next: null });
    expect((await replay({ state: 'all', events: [first!.eventType] }).expect(202)).body).toEqual({ replayed: 1, next: null });
    expect(pointersOf(await replay({ until: '2001-01-01T00:00:00Z' }).expect(422))).toEqual(['/until']);
    expect(pointersOf(await scene.post(`/webhooks/${id}/replay`, {}).expect(422))).toEqual(['/since']);
  });

  it('are replayed a thousand at a time; the answer says where to go on', async () => {
    const { id } = await register();
    await scene.source.query(
      `insert into webhook_deliveries (id, endpoint_id, event_type, body, state, created_at)
       select 'msg_' || lpad(i::text, 20, '0'), $1, 'model.created', '{}', 'failed', now() - interval '1 hour' + i * interval '1 second'
         from generate_series(1, 1500) i`,
      [id],
    );
    const since = new Date(Date.now() - 7_200_000).toISOString();
    const { body } = await scene.post(`/webhooks/${id}/replay`, { since }).expect(202);
    expect(body).toMatchObject({ replayed: 1_000, next: expect.any(String) });
    const rest = await scene.post(`/webhooks/${id}/replay`, { since: (body as { next: string }).next }).expect(202);
    expect(rest.body).toEqual({ replayed: 500, next: null });
  });

  it('of a test are queued whatever the filter says; a repeat under its key is the same one', async () => {
    const { id } = await register({ events: ['model.*'] });
    const send = () => scene.post(`/webhooks/${id}/test`).set('Idempotency-Key', 'once');
    const first = await send().expect(202);
    expect(first.body).toMatchObject({ webhookId: id, eventType: 'webhook.test', state: 'pending', attempts: 0 });
    const [sent]: { body: string }[] = await scene.source.query('select body from webhook_deliveries where endpoint_id = $1', [
      id,
    ]);
    const { data } = JSON.parse(sent!.body) as WebhookPayload;
    expect(WEBHOOK_EVENTS['webhook.test'].data.strict().parse(data)).toEqual(data);
    expect((await send().expect(202)).body).toEqual(first.body);
    expect(await deliveriesOf(id)).toHaveLength(1);
  });

  it('are given up when the endpoint is disabled, and wait for nobody until it is enabled', async () => {
    const { id } = await register();
    await tell('model.created');
    const disabled = (await scene.post(`/webhooks/${id}/disable`).expect(200)).body as WebhookView;
    expect(disabled).toMatchObject({ state: 'disabled', disabledReason: 'by_request', disabledAt: expect.any(String) });
    const [given] = await deliveriesOf(id);
    expect(given).toMatchObject({ state: 'failed', lastError: 'the endpoint is disabled', attempts: 0 });
    await tell('model.created');
    expect(await deliveriesOf(id)).toHaveLength(1);
    for (const path of [`/webhooks/${id}/test`, `/deliveries/${given!.id}/redeliver`]) {
      expect(problemOf(await scene.post(path).expect(409)).detail).toContain('Enable it first');
    }
    await scene.post(`/webhooks/${id}/replay`, { since: '2020-01-01T00:00:00Z' }).expect(409);
    expect((await scene.post(`/webhooks/${id}/enable`).expect(200)).body).toMatchObject({
      state: 'enabled',
      disabledReason: null,
    });
    const replayed = await scene.post(`/webhooks/${id}/replay`, { since: '2020-01-01T00:00:00Z' }).expect(202);
    expect(replayed.body).toEqual({ replayed: 1, next: null });
    expect(await claim()).toHaveLength(1);
  });
});

describe('plans', () => {
  it('use an index where deliveries are many', async () => {
    const { id } = await register();
    await scene.source.query(
      `insert into webhook_deliveries (id, endpoint_id, event_type, body, state, created_at)
       select 'msg_' || lpad(i::text, 20, '0'), $1, 'model.created', '{}', 'delivered', now() - i * interval '1 second'
         from generate_series(1, 20000) i`,
      [id],
    );
    await scene.source.query('analyze webhook_deliveries');
    const plan = async (sql: string) => JSON.stringify(await scene.source.query(`explain ${sql}`));
    const page = `order by created_at desc, id desc limit 21`;
    for (const filter of ['', `and state = 'failed'`, `and event_type = 'run.failed'`]) {
      const text = await plan(`select * from webhook_deliveries where endpoint_id = '${id}' ${filter} ${page}`);
      expect(text).toContain('Index Scan');
      expect(text).not.toContain('Sort');
    }
    const old = `select id from webhook_deliveries where state <> 'pending' and created_at < now() - interval '30 days' order by created_at limit 1000`;
    expect(await plan(old)).toContain('webhook_deliveries_ended');
  });
});
