import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeliveryAgent, deliver, isPublicAddress, newWebhookSecret } from './index.js';

const open: { server?: Server; agents: Agent[] } = { agents: [] };

async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  open.server = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

function agent(...[options]: Parameters<typeof createDeliveryAgent>): Agent {
  const created = createDeliveryAgent(options);
  open.agents.push(created);
  return created;
}

afterEach(async () => {
  await Promise.all(open.agents.splice(0).map((each) => each.destroy()));
  open.server?.closeAllConnections();
  await new Promise<void>((resolve) => (open.server ? open.server.close(() => resolve()) : resolve()));
  delete open.server;
});

const secret = newWebhookSecret();
const message = { id: 'msg_1', secrets: [secret], body: '{"type":"run.queued"}' };
const local = () => ({ dispatcher: agent({ allowPrivate: true }) });

describe('deliver', () => {
  it('posts the exact body, signed so that the reference library verifies it', async () => {
    let got: { body: string; headers: IncomingHttpHeaders; method?: string | undefined } | undefined;
    const url = await receiver((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got = { body: Buffer.concat(chunks).toString(), headers: request.headers, method: request.method };
        response.writeHead(204).end();
      });
    });
    expect(await deliver({ ...message, url }, local())).toEqual({
      result: 'delivered',
      status: 204,
      error: null,
      answer: null,
      retryAfterMs: null,
    });
    expect(got).toMatchObject({ method: 'POST', body: message.body });
    expect(new Webhook(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toEqual({ type: 'run.queued' });
  });

  it('takes a redirect for a failure and does not follow it', async () => {
    const paths: (string | undefined)[] = [];
    const url = await receiver((request, response) => {
      paths.push(request.url);
      response.writeHead(301, { location: '/elsewhere' }).end();
    });
    expect(await deliver({ ...message, url }, local())).toMatchObject({ result: 'retry', status: 301 });
    expect(paths).toEqual(['/hook']);
  });

  it('tells gone, and hands on Retry-After with the start of the answer', async () => {
    const statuses = [410, 503];
    const url = await receiver((_, response) => {
      response.writeHead(statuses.shift() ?? 500, { 'retry-after': '7' }).end('over\0\nloaded');
    });
    expect(await deliver({ ...message, url }, local())).toMatchObject({ result: 'gone', status: 410 });
    expect(await deliver({ ...message, url }, local())).toEqual({
      result: 'retry',
      status: 503,
      error: 'answered 503',
      answer: 'over loaded',
      retryAfterMs: 7_000,
    });
  });

  it('does not read an endless answer', async () => {
    const url = await receiver((_, response) => {
      response.writeHead(500);
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const outcome = await deliver({ ...message, url }, local());
    expect(outcome).toMatchObject({ result: 'retry', status: 500 });
    expect(outcome.answer?.length).toBe(512);
  });

  it('ends a receiver that never answers at the timeout', async () => {
    const url = await receiver(() => undefined);
    expect(await deliver({ ...message, url }, { ...local(), timeoutMs: 50 })).toEqual({
      result: 'retry',
      status: null,
      error: 'no complete answer within 50 ms',
      answer: null,
      retryAfterMs: null,
    });
  });

  it('retries when nobody listens', async () => {
    const url = await receiver(() => undefined);
    await new Promise<void>((resolve) => open.server?.close(() => resolve()));
    delete open.server;
    expect(await deliver({ ...message, url }, local())).toMatchObject({ result: 'retry', status: null, error: /ECONNREFUSED/ });
  });

  it.each([
    'http://127.0.0.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://2130706433',
    'http://0x7f.1',
    'http://localhost',
  ])('refuses %s without a connection', async (origin) => {
    let connections = 0;
    const { port } = new URL(await receiver((_, response) => response.end()));
    open.server?.on('connection', () => (connections += 1));
    const outcome = await deliver({ ...message, url: `${origin}:${port}/hook` }, { dispatcher: agent({ allowPrivate: false }) });
    expect(outcome).toMatchObject({ result: 'refused', status: null, error: /not a public address/ });
    expect(connections).toBe(0);
  });

  it('refuses a public name that resolves to a private address among others', async () => {
    const dispatcher = agent({
      allowPrivate: false,
      lookup: (_, options, callback) => {
        const all = [
          { address: '93.184.215.14', family: 4 },
          { address: '169.254.169.254', family: 4 },
        ];
        if (options.all) callback(null, all);
        else callback(null, '169.254.169.254', 4);
      },
    });
    const outcome = await deliver({ ...message, url: 'https://rebind.test/hook' }, { dispatcher });
    expect(outcome).toMatchObject({ result: 'refused', error: 'refused to connect to rebind.test: it is not a public address' });
  });
});

describe('isPublicAddress', () => {
  it.each(['93.184.215.14', '8.8.8.8', '2606:4700::1111'])('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '198.18.0.1',
    '240.0.0.1',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '198.51.100.7',
    '192.0.2.1',
    '::1',
    '::',
    '::7f00:1',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'example.org',
    '',
  ])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
