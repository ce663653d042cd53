import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { WebhookDelivery, WebhookDeliveryDetails, WebhookDeliveryList, WebhookView, WebhookWithSecret } from '#contracts';
import { aTinyRun, TestFleet, WebhookReceiver, writeTinyDataset } from '#test-support';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fleet: TestFleet;
let data: string;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  fleet = await TestFleet.start();
  data = join(fleet.folder, 'data');
  await writeTinyDataset(data, { numClasses: 7, imagesPerClass: 6, size: 24, numPairs: 40 });
  fleet.startWorker({ slots: 1 });
});

afterAll(async () => {
  receiver?.close();
  await fleet?.stop();
});

async function post<T>(path: string, body: unknown = {}, status = 202): Promise<T> {
  const response = await fleet.post(path, body);
  expect([path, response.status]).toEqual([path, status]);
  return (await response.json()) as T;
}

const log = async (webhookId: string, query = '') =>
  (await fleet.get<WebhookDeliveryList>(`/webhooks/${webhookId}/deliveries?limit=100${query}`)).deliveries;
const untilDelivery = async (id: string, what: string, isThere: (delivery: WebhookDeliveryDetails) => boolean) => {
  let seen: WebhookDeliveryDetails | undefined;
  await fleet.until(`delivery ${id} is ${what}`, async () => {
    seen = await fleet.get<WebhookDeliveryDetails>(`/deliveries/${id}`);
    return isThere(seen);
  });
  return seen as WebhookDeliveryDetails;
};
const received = (id: string) => receiver.received.filter(({ headers }) => headers['webhook-id'] === id);
/** As if the time until the next attempt had passed, or that for which a dead process holds a delivery. */
const makeDue = (id: string) =>
  fleet.query(`update webhook_deliveries set next_attempt_at = now(), leased_until = null where id = $1`, [id]);

it('tells of a run, signed; redelivers, rotates and replays', async () => {
  const hook = await post<WebhookWithSecret>(
    '/webhooks',
    { url: receiver.url, events: ['run.*', 'model.*'], labels: { team: 'faces' } },
    201,
  );
  const verify = ({ headers, body }: { headers: Record<string, string>; body: string }, secret = hook.secret ?? '') =>
    new Webhook(secret).verify(body, headers) as { type: string; data: { runId: string } };

  const run = await fleet.createRun(aTinyRun(data, { maxSteps: 4, ranks: { max: 1 }, labels: { team: 'faces' } }));
  await fleet.createRun(aTinyRun(data, { maxSteps: 4, ranks: { max: 1 }, labels: { team: 'others' } }));
  await fleet.untilEnded(run.id, 'succeeded');
  await fleet.until('the last event has arrived', () =>
    Promise.resolve(receiver.received.some(({ body }) => body.includes('"run.succeeded"'))),
  );
  const events = receiver.received.map((each) => verify(each));
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['run.queued', 'run.started', 'run.succeeded']));
  // Labels: nothing of the other run.
  expect(new Set(events.map((event) => event.data.runId))).toEqual(new Set([run.id]));

  await fleet.until('all is in the log', async () => (await log(hook.id, '&state=delivered')).length === events.length);
  const [last] = await log(hook.id, '&event=run.succeeded');
  await post<WebhookDelivery>(`/deliveries/${last!.id}/redeliver`);
  await untilDelivery(last!.id, 'delivered again', ({ attempts, state }) => attempts === 2 && state === 'delivered');
  expect(received(last!.id).map(({ body }) => body)).toEqual([last, last].map(() => received(last!.id)[0]!.body));

  const rotated = await post<WebhookWithSecret>(`/webhooks/${hook.id}/rotate-secret`, { overlapSeconds: 600 }, 200);
  expect(await fleet.post(`/webhooks/${hook.id}/rotate-secret`, {}).then(({ status }) => status)).toBe(409);
  await post<WebhookDelivery>(`/deliveries/${last!.id}/redeliver`);
  await untilDelivery(last!.id, 'delivered with both signatures', ({ attempts }) => attempts === 3);
  const both = received(last!.id)[2]!;
  verify(both);
  verify(both, rotated.secret ?? '');

  const before = receiver.received.length;
  const replay = await post<{ replayed: number }>(`/webhooks/${hook.id}/replay`, {
    since: run.createdAt,
    state: 'all',
    events: ['run.*'],
  });
  expect(replay.replayed).toBe(events.filter(({ type }) => type.startsWith('run.')).length);
  await fleet.until('all have come again', () => Promise.resolve(receiver.received.length === before + replay.replayed));

  const test = await post<WebhookDelivery>(`/webhooks/${hook.id}/test`);
  const { body } = await untilDelivery(test.id, 'delivered', ({ state }) => state === 'delivered');
  expect(verify(received(test.id)[0]!, rotated.secret ?? '')).toMatchObject({
    type: 'webhook.test',
    data: { webhookId: hook.id },
  });
  expect(received(test.id)[0]!.body).toBe(body);
});

it('sends again what a receiver missed that was down', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  await new Promise((resolve) => silent.close(resolve));
  const hook = await post<WebhookWithSecret>(
    '/webhooks',
    { url: `http://127.0.0.1:${port}/hook`, events: ['webhook.test'] },
    201,
  );
  const test = await post<WebhookDelivery>(`/webhooks/${hook.id}/test`);
  const failed = await untilDelivery(test.id, 'failed once', ({ attempts }) => attempts >= 1);
  expect(failed).toMatchObject({ state: 'pending', lastStatus: null, lastError: expect.stringContaining('ECONNREFUSED') });
  expect(await fleet.get<WebhookView>(`/webhooks/${hook.id}`)).toMatchObject({ state: 'failing' });
  let heard = 0;
  const back: Server = createServer((_, response) => {
    heard += 1;
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
  // The second attempt follows after five seconds by itself.
  await untilDelivery(test.id, 'delivered', ({ state }) => state === 'delivered');
  expect(heard).toBe(1);
  expect(await fleet.get<WebhookView>(`/webhooks/${hook.id}`)).toMatchObject({ state: 'enabled', failingSince: null });
  back.close();
});

it('repeats an attempt whose process was killed in the middle of it', async () => {
  let isHanging = true;
  const ids: string[] = [];
  const server = createServer((request, response) => {
    ids.push(String(request.headers['webhook-id']));
    if (!isHanging) response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const hook = await post<WebhookWithSecret>('/webhooks', { url: `http://127.0.0.1:${port}/`, events: ['webhook.test'] }, 201);
  const test = await post<WebhookDelivery>(`/webhooks/${hook.id}/test`);
  await fleet.until('the attempt is under way', () => Promise.resolve(ids.length === 1));
  const { pid } = fleet.results;
  process.kill(pid ?? 0, 'SIGKILL');
  isHanging = false;
  expect(await fleet.get<WebhookDeliveryDetails>(`/deliveries/${test.id}`)).toMatchObject({ state: 'pending', attempts: 0 });
  await makeDue(test.id);
  await untilDelivery(test.id, 'delivered', ({ state, attempts }) => state === 'delivered' && attempts === 1);
  expect(ids).toEqual([test.id, test.id]);
  expect(fleet.results.pid).not.toBe(pid);
  server.closeAllConnections();
  server.close();
});
