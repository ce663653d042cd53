import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeliveryAgent, createWebhookReceiver, deliver, newWebhookSecret, type ReceivedWebhook } from './index.js';

const secret = newWebhookSecret();
const payload = { type: 'run.started', timestamp: '2026-01-01T00:00:00.000Z', data: { runId: 'run_1' } };
const dispatcher = createDeliveryAgent({ allowPrivate: true });
let server: Server;

async function listen(onWebhook: (webhook: ReceivedWebhook) => void | Promise<void>): Promise<string> {
  server = createServer(createWebhookReceiver({ secret, onWebhook }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const send = (url: string, change: Partial<Parameters<typeof deliver>[0]> = {}, now?: () => Date) =>
  deliver(
    { id: 'msg_1', url, secrets: [secret], body: JSON.stringify(payload), ...change },
    { dispatcher, ...(now ? { now } : {}) },
  );

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('createWebhookReceiver', () => {
  it('hands over what our own delivery sends, once, however often it comes', async () => {
    const received: ReceivedWebhook[] = [];
    const url = await listen((webhook) => void received.push(webhook));
    expect(await send(url)).toMatchObject({ result: 'delivered', status: 204 });
    expect(await send(url)).toMatchObject({ result: 'delivered', status: 204 });
    expect(received).toEqual([{ id: 'msg_1', ...payload }]);
  });

  it('refuses another secret, an old message and a body that was changed', async () => {
    const received: ReceivedWebhook[] = [];
    const url = await listen((webhook) => void received.push(webhook));
    expect(await send(url, { secrets: [newWebhookSecret()] })).toMatchObject({ result: 'retry', status: 401 });
    expect(await send(url, {}, () => new Date(Date.now() - 600_000))).toMatchObject({ status: 401 });
    expect((await fetch(url, { method: 'POST', body: JSON.stringify(payload) })).status).toBe(401);
    expect(received).toEqual([]);
  });

  it('answers 400 to what is signed but no webhook, 405 to a GET and 413 to too much', async () => {
    const url = await listen(() => undefined);
    expect(await send(url, { body: '{"type":1}' })).toMatchObject({ status: 400 });
    expect(await send(url, { body: 'no JSON' })).toMatchObject({ status: 400 });
    expect((await fetch(url)).status).toBe(405);
    expect(await send(url, { body: 'x'.repeat(300_000) })).toMatchObject({ status: 413 });
  });

  it('asks again for a delivery that could not be handled', async () => {
    let attempts = 0;
    const url = await listen(() => {
      attempts += 1;
      if (attempts === 1) throw new Error('not now');
    });
    expect(await send(url)).toMatchObject({ result: 'retry', status: 500 });
    expect(await send(url)).toMatchObject({ result: 'delivered' });
    expect(attempts).toBe(2);
  });
});
