import type { ServerResponse } from 'node:http';
import { claimDeliveries, listDeliveries, type DeliveryLogEntry } from '#persistence';
import { newWebhookSecret } from '#webhooks';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebhookReceiver } from '#test-support';
import { ResultsScene, until } from '../testing/results-scene.js';

const secret = newWebhookSecret();
let scene: ResultsScene;
let receiver: WebhookReceiver;

beforeAll(async () => {
  scene = await ResultsScene.open();
  receiver = await WebhookReceiver.start();
});
beforeEach(async () => {
  receiver.reset();
  await scene.reset();
});
afterEach(() => scene.leave());
afterAll(async () => {
  receiver?.close();
  await scene?.close();
});

const endpoint = (path = '/hook') => ({ url: receiver.origin + path, secret, events: null });
const log = (runId: string) => listDeliveries(scene.source.manager, runId);
const untilLog = (runId: string, what: string, isThere: (log: DeliveryLogEntry[]) => boolean) =>
  until(what, async () => {
    const entries = await log(runId);
    return isThere(entries) && entries;
  });
/** As if the time until the next attempt had passed. */
const makeDue = (runId: string) =>
  scene.source.query(
    `update webhook_deliveries set next_attempt_at = now(), leased_until = null where run_id = $1 and state = 'pending'`,
    [runId],
  );

it('delivers each event once, signed so that the reference library verifies it', async () => {
  await scene.startResults();
  const runId = await scene.submit({}, [endpoint()]);
  await scene.cancel(runId);
  const entries = await untilLog(
    runId,
    'three deliveries',
    (all) => all.filter(({ state }) => state === 'delivered').length === 3,
  );
  expect(entries.map(({ eventType, attempts }) => [eventType, attempts])).toEqual([
    ['run.queued', 1],
    ['run.canceling', 1],
    ['run.canceled', 1],
  ]);
  expect(receiver.received).toHaveLength(3);
  for (const { headers, body } of receiver.received) {
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string; data: object };
    expect(verified.data).toMatchObject({ runId });
    expect(entries.find(({ id }) => id === headers['webhook-id'])?.eventType).toBe(verified.type);
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
  }
});

it('tries again what a receiver could not take, under the same id', async () => {
  await scene.startResults();
  const statuses = [500, 200];
  receiver.answer = (_, response) => response.writeHead(statuses.shift() ?? 200).end();
  const runId = await scene.submit({}, [endpoint()]);
  const [entry] = await untilLog(runId, 'a failed attempt', ([one]) => one?.lastStatus === 500);
  expect(entry).toMatchObject({ state: 'pending', attempts: 1, lastError: 'answered 500' });
  const waitMs = Date.parse(entry!.nextAttemptAt!) - Date.now();
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThan(6_000);
  await makeDue(runId);
  await scene.source.query(`select pg_notify('arcfleet_deliveries', '')`);
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered' && one.attempts === 2);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('sends nothing more to a receiver that wants no more', async () => {
  await scene.startResults();
  receiver.answer = (_, response) => response.writeHead(410).end();
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'the end', ([one]) => one?.state === 'failed' && one.lastStatus === 410);
  await scene.cancel(runId);
  await scene.untilStatus(runId, 'canceled');
  expect(await log(runId)).toHaveLength(1);
  expect(receiver.received).toHaveLength(1);
});

it('does not follow a redirect', async () => {
  await scene.startResults();
  receiver.answer = ({ path }, response) => response.writeHead(path === '/hook' ? 307 : 200, { location: '/elsewhere' }).end();
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'a refusal', ([one]) => one?.lastStatus === 307 && one.state === 'pending');
  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
});

it('serves others while a receiver does not answer, and stops in bounded time', async () => {
  const service = await scene.startResults();
  const dead = new Set<ServerResponse>();
  receiver.answer = ({ path }, response) => void (path === '/dead' ? dead.add(response) : response.writeHead(200).end());
  const silent = await scene.submit({}, [endpoint('/dead'), endpoint('/dead')]);
  await until('two hanging attempts', async () => dead.size === 2);
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered');
  const begin = performance.now();
  await scene.stopResults(service);
  expect(performance.now() - begin).toBeLessThan(8_000);
  expect((await log(silent)).map(({ state }) => state)).toEqual(['pending', 'pending']);
});

it('makes an attempt again whose maker died, once its lease is over', async () => {
  const runId = await scene.submit({}, [endpoint()]);
  const claim = { limit: 10, perEndpoint: 4, perHost: 1_000, leaseMs: 60_000 };
  expect(await scene.source.transaction((manager) => claimDeliveries(manager, claim))).toHaveLength(1);
  expect(await scene.source.transaction((manager) => claimDeliveries(manager, claim))).toEqual([]);
  await makeDue(runId);
  await scene.startResults();
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered' && one.attempts === 1);
  expect(receiver.received).toHaveLength(1);
});

it('loses nothing with a flushed Redis', async () => {
  const service = await scene.startResults();
  await scene.redis.flushdb();
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered');
  await scene.stopResults(service);
});
