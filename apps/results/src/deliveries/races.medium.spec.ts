import type { ServerResponse } from 'node:http';
import {
  changeWebhook,
  claimDeliveries,
  deleteWebhook,
  disableEndpoint,
  enqueueWebhook,
  enqueueWebhookTo,
  getDelivery,
  getWebhook,
  lockWebhook,
  redeliver,
  registerWebhook,
  replayDeliveries,
} from '#persistence';
import { newWebhookSecret } from '#webhooks';
import { Webhook } from 'standardwebhooks';
import type { EntityManager } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebhookReceiver, type ReceivedWebhook } from '#test-support';
import { ResultsScene, until } from '../testing/results-scene.js';

let scene: ResultsScene;
let receiver: WebhookReceiver;

beforeAll(async () => {
  scene = await ResultsScene.open();
  receiver = await WebhookReceiver.start();
});
beforeEach(async () => {
  receiver.reset();
  await scene.reset();
  await scene.source.query('truncate webhook_endpoints cascade');
});
afterEach(() => scene.leave());
afterAll(async () => {
  receiver?.close();
  await scene?.close();
});

const secret = newWebhookSecret();
const register = async (path: string): Promise<string> => {
  const webhook = { url: receiver.origin + path, secret, events: null, labels: null, description: '' };
  return (await scene.source.transaction((manager) => registerWebhook(manager, webhook))).id;
};
const send = (endpointId: string) =>
  scene.source.transaction((manager) =>
    enqueueWebhookTo(manager, endpointId, {
      type: 'webhook.test',
      at: new Date(),
      data: { webhookId: endpointId, message: 'm' },
      runId: null,
    }),
  );
const sendAll = (modelId: string) =>
  scene.source.transaction((manager) =>
    enqueueWebhook(manager, { type: 'model.created', at: new Date(), data: { modelId }, runId: null }),
  );
/** Many at once, as a receiver finds them that was away. */
const fill = (endpointId: string, count: number) =>
  scene.source.query(
    `insert into webhook_deliveries (id, endpoint_id, event_type, body, next_attempt_at)
     select 'msg_' || replace(gen_random_uuid()::text, '-', ''), $1, 'webhook.test', '{}', now() - interval '1 hour' from generate_series(1, $2::int)`,
    [endpointId, count],
  );
const deliveryOf = async (id: string) => (await getDelivery(scene.source.manager, id)).delivery;
const untilState = (id: string, state: string) =>
  until(`${id} ${state}`, async () => {
    const delivery = await deliveryOf(id);
    return delivery.state === state && delivery;
  });
const locked = (endpointId: string, act: (manager: EntityManager) => Promise<unknown>) =>
  scene.source.transaction(async (manager) => {
    await lockWebhook(manager, endpointId);
    await act(manager);
  });
/** Answers of requests to a path, held back until the spec lets them go. */
function hold(path: string): ServerResponse[] {
  const held: ServerResponse[] = [];
  receiver.answer = (request, response) => void (request.path === path ? held.push(response) : response.writeHead(204).end());
  return held;
}
const verify = (webhook: ReceivedWebhook | undefined, key: string) =>
  new Webhook(key).verify(webhook?.body ?? '', webhook?.headers ?? {});

describe('a dead receiver', () => {
  it('slows nobody: hundreds wait for it, and another endpoint gets its events at once', async () => {
    const dead = await register('/dead');
    const healthy = await register('/healthy');
    const held = hold('/dead');
    await fill(dead, 600);
    await scene.startResults();
    await until('attempts that hang', async () => held.length === 4);
    const ids = [];
    for (let i = 0; i < 20; i++) ids.push(await send(healthy));
    for (const id of ids) await untilState(id, 'delivered');
    // All the while it has no more than its share.
    expect(held).toHaveLength(4);
    const [counts] = await scene.source.query<{ waiting: number }[]>(
      `select count(*)::int as waiting from webhook_deliveries where state = 'pending' and endpoint_id = $1`,
      [dead],
    );
    expect(counts?.waiting).toBe(600);
  });

  it('has one share for all endpoints that runs bring of it: another host gets its events at once', async () => {
    const dead = Array.from({ length: 60 }, (_, n) => `whep_dead${n}`);
    // With a password or without: one host.
    await scene.source.query(
      `insert into webhook_endpoints (id, url, secret)
       select id, replace($3, '//', case when n % 2 = 0 then '//user:pass@' else '//' end) || '/dead/' || n, $2
         from unnest($1::text[]) with ordinality as t (id, n)`,
      [dead, secret, receiver.origin],
    );
    for (const id of dead) await fill(id, 3);
    const held: ServerResponse[] = [];
    receiver.answer = (_, response) => void held.push(response);
    await Promise.all([scene.startResults(), scene.startResults()]);
    await until('its share', () => Promise.resolve(held.length === 32));
    const other = await WebhookReceiver.start();
    const webhook = { url: `${other.origin}/`, secret, events: null, labels: null, description: '' };
    const healthy = (await scene.source.transaction((manager) => registerWebhook(manager, webhook))).id;
    for (const id of await Promise.all(Array.from({ length: 20 }, () => send(healthy)))) await untilState(id, 'delivered');
    expect(held).toHaveLength(32);
    other.close();
    held.forEach((response) => response.destroy());
  });

  it('finds what is due behind more than a window of what has no room', async () => {
    const dead = await register('/dead');
    const healthy = await register('/healthy');
    await fill(dead, 500);
    const id = await send(healthy);
    const options = { limit: 10, perEndpoint: 4, perHost: 32, leaseMs: 60_000 };
    const claim = () => scene.source.transaction((manager) => claimDeliveries(manager, options));
    expect((await claim()).map(({ endpointId }) => endpointId).sort()).toEqual([dead, dead, dead, dead, healthy].sort());
    expect(await claim()).toEqual([]);
    expect(await deliveryOf(id)).toMatchObject({ lease: expect.any(String) as string });
  });

  it('gets one attempt at a time once it has failed, of two processes together', async () => {
    const dead = await register('/dead');
    const held = hold('/dead');
    await fill(dead, 100);
    await Promise.all([scene.startResults(), scene.startResults()]);
    await until('its share', async () => held.length === 4);
    for (const response of held.splice(0)) response.writeHead(500).end();
    await until('one more', async () => held.length === 1);
    expect(await getWebhook(scene.source.manager, dead)).toMatchObject({ failingSince: expect.any(Date) });
    // One more claim finds no room.
    const claim = { limit: 100, perEndpoint: 4, perHost: 1_000, leaseMs: 60_000 };
    expect(await scene.source.transaction((manager) => claimDeliveries(manager, claim))).toEqual([]);
    expect(held).toHaveLength(1);
  });

  it('that says it is busy is left alone as a whole', async () => {
    const busy = await register('/busy');
    receiver.answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    const id = await send(busy);
    await scene.startResults();
    await until('an attempt', async () => (await deliveryOf(id)).lastStatus === 429);
    const other = await send(busy);
    const { throttledUntil } = await getWebhook(scene.source.manager, busy);
    expect((throttledUntil!.getTime() - Date.now()) / 60_000).toBeGreaterThan(59);
    const claim = { limit: 100, perEndpoint: 4, perHost: 1_000, leaseMs: 60_000 };
    expect(await scene.source.transaction((manager) => claimDeliveries(manager, claim))).toEqual([]);
    expect(await deliveryOf(other)).toMatchObject({ state: 'pending', attempts: 0 });
    // As if the hour had passed.
    receiver.reset();
    await scene.source.query(`update webhook_endpoints set throttled_until = now()`);
    await untilState(other, 'delivered');
    expect(await getWebhook(scene.source.manager, busy)).toMatchObject({ throttles: 0, failingSince: null });
  });

  it('is given up after five days of nothing but failures', async () => {
    const endpoint = await register('/failing');
    receiver.answer = (_, response) => response.writeHead(500).end();
    const id = await send(endpoint);
    const waiting = await send(endpoint);
    await scene.source.query(`update webhook_endpoints set failing_since = now() - interval '121 hours'`);
    await scene.source.query(`update webhook_deliveries set series_attempts = 1 where id = $1`, [id]);
    await scene.source.query(`update webhook_deliveries set next_attempt_at = now() + interval '1 hour' where id = $1`, [
      waiting,
    ]);
    await scene.startResults();
    await untilState(id, 'failed');
    expect(await getWebhook(scene.source.manager, endpoint)).toMatchObject({ disabledReason: 'failing', revision: 2 });
    expect(await deliveryOf(waiting)).toMatchObject({ state: 'failed', attempts: 0, lastError: 'the endpoint is disabled' });
    expect(await sendAll('mdl_x')).toBe(0);
  });
});

describe('two processes', () => {
  it('make each attempt once, and a hundred deliveries arrive once each', async () => {
    const endpoint = await register('/hook');
    await fill(endpoint, 100);
    await Promise.all([scene.startResults(), scene.startResults()]);
    await until('all of them', async () => {
      const [rows] = await scene.source.query<{ n: number }[]>(
        `select count(*)::int as n from webhook_deliveries where state = 'delivered'`,
      );
      return rows?.n === 100;
    });
    expect(receiver.received).toHaveLength(100);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(100);
    expect(await scene.source.query('select count(*)::int as n from webhook_attempts')).toEqual([{ n: 100 }]);
  });
});

describe('while an attempt is under way', () => {
  it('a rotation: the redelivery is signed with both secrets', async () => {
    const endpoint = await register('/hook');
    const held = hold('/hook');
    const id = await send(endpoint);
    await scene.startResults();
    await until('the attempt', async () => held.length === 1);
    const next = newWebhookSecret();
    await Promise.all([
      locked(endpoint, async (manager) =>
        changeWebhook(manager, await lockWebhook(manager, endpoint), {
          secret: next,
          previousSecret: secret,
          previousSecretUntil: new Date(Date.now() + 60_000),
        }),
      ),
      locked(endpoint, (manager) => redeliver(manager, id)),
    ]);
    held.splice(0).forEach((response) => response.writeHead(204).end());
    await until('the redelivery', async () => held.length === 1);
    held.splice(0).forEach((response) => response.writeHead(204).end());
    await untilState(id, 'delivered');
    const [first, second] = receiver.received;
    expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id']);
    verify(first, secret);
    expect(() => verify(first, next)).toThrow();
    verify(second, secret);
    verify(second, next);
    expect(() => verify(second, newWebhookSecret())).toThrow();
    expect(await deliveryOf(id)).toMatchObject({ attempts: 2, series: 2, seriesAttempts: 1 });
  });

  it('a deletion: nothing is left, and the process goes on', async () => {
    const endpoint = await register('/hook');
    const other = await register('/other');
    const held = hold('/hook');
    await send(endpoint);
    await scene.startResults();
    await until('the attempt', async () => held.length === 1);
    await locked(endpoint, (manager) => deleteWebhook(manager, endpoint));
    held.splice(0).forEach((response) => response.writeHead(500).end());
    await untilState(await send(other), 'delivered');
    expect(await scene.source.query(`select from webhook_deliveries where endpoint_id = $1`, [endpoint])).toEqual([]);
  });

  it('a disabling: success counts, failure is not tried again', async () => {
    const endpoint = await register('/hook');
    const held = hold('/hook');
    const [good, bad] = [await send(endpoint), await send(endpoint)];
    await scene.startResults();
    await until('both attempts', async () => held.length === 2);
    await locked(endpoint, (manager) => disableEndpoint(manager, endpoint, 'by_request'));
    const statusOf = new Map([
      [good, 204],
      [bad, 500],
    ]);
    receiver.received.forEach(({ headers }, i) => held[i]!.writeHead(statusOf.get(String(headers['webhook-id']))!).end());
    await untilState(good, 'delivered');
    await until('the record', async () => (await deliveryOf(bad)).attempts === 1);
    expect(await deliveryOf(bad)).toMatchObject({ state: 'failed', lastStatus: 500, nextAttemptAt: null });
  });

  it('a replay: what happens meanwhile is delivered once, what was given up once more', async () => {
    const endpoint = await register('/hook');
    await scene.startResults();
    const old = await Promise.all(Array.from({ length: 10 }, () => send(endpoint)));
    for (const id of old) await untilState(id, 'delivered');
    const window = { since: new Date(Date.now() - 60_000).toISOString(), until: undefined, state: 'all' } as const;
    let replayed = 0;
    const [fresh] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => send(endpoint))),
      locked(endpoint, async (manager) => {
        replayed = (await replayDeliveries(manager, endpoint, window, null, 1_000)).count;
      }),
    ]);
    expect(replayed).toBeGreaterThanOrEqual(10);
    for (const id of [...old, ...fresh]) await untilState(id, 'delivered');
    const count = new Map<string, number>();
    for (const { headers } of receiver.received) {
      const id = String(headers['webhook-id']);
      count.set(id, (count.get(id) ?? 0) + 1);
    }
    expect(old.map((id) => count.get(id))).toEqual(old.map(() => 2));
    // One that was delivered before the replay looked comes again with it.
    const again = fresh.filter((id) => count.get(id) === 2).length;
    expect(again).toBe(replayed - 10);
    expect(fresh.every((id) => count.get(id) === 1 || count.get(id) === 2)).toBe(true);
  });
});

describe('a receiver that does not want a message', () => {
  it('says so, and it is not sent again', async () => {
    const endpoint = await register('/hook');
    receiver.answer = (_, response) => response.writeHead(400, { 'webhook-delivery': 'abort-message' }).end('not for me');
    const id = await send(endpoint);
    await scene.startResults();
    await untilState(id, 'failed');
    const { delivery, attempts } = await getDelivery(scene.source.manager, id);
    expect(delivery).toMatchObject({ attempts: 1, lastStatus: 400 });
    expect(attempts).toMatchObject([{ number: 1, status: 400, error: 'answered 400', answer: 'not for me' }]);
    expect(await getWebhook(scene.source.manager, endpoint)).toMatchObject({ disabledAt: null });
  });
});
