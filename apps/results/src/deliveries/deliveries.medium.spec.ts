import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentObserver } from '#contracts';
import { findDueDeliveries, leaseDelivery, listDeliveries, type DeliveryLogEntry } from '#persistence';
import { createJobQueue } from '#queue';
import { createDeliveryAgent, newWebhookSecret } from '#webhooks';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ResultsScene, until } from '../testing/results-scene.js';
import { deliverWebhook } from './deliver-webhook.js';
import { DeliveryLoop } from './delivery-loop.js';

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const secret = newWebhookSecret();
let scene: ResultsScene;
let receiver: Server;
let origin: string;
let heard: Heard[];
let answer: (request: Heard, response: ServerResponse) => void;

beforeAll(async () => {
  scene = await ResultsScene.open();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
      heard.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  heard = [];
  answer = (_, response) => response.writeHead(204).end();
  await scene.reset();
});
afterEach(() => scene.leave());
afterAll(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await scene?.close();
});

const endpoint = (path = '/hook') => ({ url: origin + path, secret, events: null });
const log = (runId: string) => listDeliveries(scene.source.manager, runId);
const untilLog = (runId: string, what: string, isThere: (log: DeliveryLogEntry[]) => boolean) =>
  until(what, async () => {
    const entries = await log(runId);
    return isThere(entries) && entries;
  });
/** As if the time until the next attempt had passed. */
const makeDue = (runId: string) =>
  scene.source.query(`update webhook_deliveries set next_attempt_at = now() where run_id = $1 and state = 'pending'`, [runId]);

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
  expect(heard).toHaveLength(3);
  for (const { headers, body } of heard) {
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string; data: object };
    expect(verified.data).toMatchObject({ runId });
    expect(entries.find(({ id }) => id === headers['webhook-id'])?.eventType).toBe(verified.type);
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
  }
});

it('tries again what a receiver could not take, under the same id', async () => {
  await scene.startResults();
  const statuses = [500, 200];
  answer = (_, response) => response.writeHead(statuses.shift() ?? 200).end();
  const runId = await scene.submit({}, [endpoint()]);
  const [entry] = await untilLog(runId, 'a failed attempt', ([one]) => one?.lastStatus === 500);
  expect(entry).toMatchObject({ state: 'pending', attempts: 1, lastError: 'answered 500' });
  const waitMs = Date.parse(entry!.nextAttemptAt!) - Date.now();
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThan(6_000);
  await makeDue(runId);
  await scene.source.query(`select pg_notify('arcfleet_deliveries', '')`);
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered' && one.attempts === 2);
  expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('sends nothing more to a receiver that wants no more', async () => {
  await scene.startResults();
  answer = (_, response) => response.writeHead(410).end();
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'the end', ([one]) => one?.state === 'failed' && one.lastStatus === 410);
  await scene.cancel(runId);
  await scene.untilStatus(runId, 'canceled');
  expect(await log(runId)).toHaveLength(1);
  expect(heard).toHaveLength(1);
});

it('does not follow a redirect', async () => {
  await scene.startResults();
  answer = ({ path }, response) => response.writeHead(path === '/hook' ? 307 : 200, { location: '/elsewhere' }).end();
  const runId = await scene.submit({}, [endpoint()]);
  await untilLog(runId, 'a refusal', ([one]) => one?.lastStatus === 307 && one.state === 'pending');
  expect(heard.map(({ path }) => path)).toEqual(['/hook']);
});

it('serves others while a receiver does not answer, and stops in bounded time', async () => {
  const service = await scene.startResults();
  const dead = new Set<ServerResponse>();
  answer = ({ path }, response) => void (path === '/dead' ? dead.add(response) : response.writeHead(200).end());
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
  const [entry] = await log(runId);
  await leaseDelivery(scene.source.manager, entry!.id, new Date(Date.now() + 60_000));
  await scene.startResults();
  const dispatcher = createDeliveryAgent({ allowPrivate: true });
  await deliverWebhook(entry!.id, { dataSource: scene.source, dispatcher, observer: silentObserver });
  await dispatcher.destroy();
  expect(heard).toHaveLength(0);
  await makeDue(runId);
  await scene.source.query(`select pg_notify('arcfleet_deliveries', '')`);
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered');
  expect(heard).toHaveLength(1);
});

it('adds the job of a delivery again when the first one ended without an attempt', async () => {
  // The database was away for a moment, or the other machine's clock is behind: the job is over, the row is due as before.
  const runId = await scene.submit({}, [endpoint()]);
  const [due] = await findDueDeliveries(scene.source.manager, new Date(Date.now() + 1_000), 10);
  const { prefix, redis, source } = scene;
  const webhookQueue = createJobQueue('webhook', { connection: redis, prefix });
  const loop = new DeliveryLoop({
    dataSource: source,
    webhookQueue,
    observer: silentObserver,
    timing: { periodMs: 50, overdueMs: 100 },
  });
  loop.start();
  const jobId = `${due!.id}-${due!.nextAttemptAt.getTime()}`;
  await until('the job', async () => (await webhookQueue.state(jobId)) === 'waiting');
  // BullMQ's own record of the job says that it is over.
  const key = `${prefix}:webhook`;
  await redis.lrem(`${key}:wait`, 0, jobId);
  await redis.zadd(`${key}:failed`, Date.now(), jobId);
  expect(await webhookQueue.state(jobId)).toBe('failed');
  await until('the job again', async () => (await webhookQueue.state(jobId)) === 'waiting');
  await loop.stop();
  await webhookQueue.close();
  await scene.startResults();
  await untilLog(runId, 'the delivery', ([one]) => one?.state === 'delivered');
});
