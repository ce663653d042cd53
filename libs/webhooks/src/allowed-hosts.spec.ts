import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createDeliveryAgent, deliver, isAllowedHost, newWebhookSecret, parseAllowedHosts, refuseUrl } from './index.js';

describe('parseAllowedHosts', () => {
  it('reads names, addresses, ports and ranges', () => {
    const hosts = parseAllowedHosts(' Receiver.internal, queue:8080 ,10.1.0.0/16,[fd00::1]:9000,192.168.1.7');
    for (const [host, port] of [
      ['receiver.internal', 1],
      ['RECEIVER.internal.', 443],
      ['queue', 8080],
      ['10.1.255.255', 80],
      ['::ffff:10.1.0.1', 80],
      ['fd00::1', 9000],
      ['192.168.1.7', 5000],
    ] as const) {
      expect(isAllowedHost(hosts, host, port)).toBe(true);
    }
    for (const [host, port] of [
      ['queue', 8081],
      ['other.receiver.internal', 80],
      ['receiver.internal.evil.example', 80],
      ['10.2.0.1', 80],
      ['fd00::1', 9001],
      ['192.168.1.8', 80],
      ['', 80],
    ] as const) {
      expect(isAllowedHost(hosts, host, port)).toBe(false);
    }
  });

  it('allows nobody when it is empty', () => {
    expect(isAllowedHost(parseAllowedHosts(' , '), 'a', 80)).toBe(false);
  });

  it.each(['http://a', 'a:0', 'a:99999', '10.0.0.0/33', 'a/b', 'user@a', '[::1', '*', 'a b'])('refuses %s', (entry) => {
    expect(() => parseAllowedHosts(entry)).toThrow(/WEBHOOK_ALLOW_HOSTS/);
  });
});

describe('refuseUrl', () => {
  const policy = { allowPrivate: false };
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://①②⑦.⓪.⓪.①/',
    'http://user:secret@10.0.0.1/',
    'https://example.org:25/',
    'http://example.org:6379/',
    'http://example.org:22/',
  ])('refuses %s', (url) => {
    expect(refuseUrl(url, policy)).toMatch(/must not name/);
  });

  it.each(['https://example.org/', 'https://example.org:8443/a', 'http://8.8.8.8/', 'https://bücher.example/'])(
    'takes %s',
    (url) => {
      expect(refuseUrl(url, policy)).toBeNull();
    },
  );

  it('takes what is allowed, on its port only', () => {
    const allowed = { allowPrivate: false, allowedHosts: parseAllowedHosts('localhost:8080,10.0.0.0/8') };
    expect(refuseUrl('http://localhost:8080/', allowed)).toBeNull();
    expect(refuseUrl('http://localhost:8081/', allowed)).not.toBeNull();
    expect(refuseUrl('http://10.9.8.7/', allowed)).toBeNull();
    expect(refuseUrl('http://192.168.0.1/', allowed)).not.toBeNull();
  });
});

describe('an agent with allowed hosts', () => {
  it('connects to them, and to nothing else that is private', async () => {
    const server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const other = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const otherPort = (other.address() as AddressInfo).port;
    const message = { id: 'msg_1', secrets: [newWebhookSecret()], body: '{}' };
    const send = async (url: string, allowed: string) => {
      const dispatcher = createDeliveryAgent({ allowPrivate: false, allowedHosts: parseAllowedHosts(allowed) });
      const outcome = await deliver({ ...message, url }, { dispatcher });
      await dispatcher.destroy();
      return outcome;
    };
    for (const allowed of [`127.0.0.1:${port}`, '127.0.0.0/8', '127.0.0.1']) {
      const outcome = await send(`http://127.0.0.1:${port}/`, allowed);
      expect(outcome).toMatchObject({ result: 'delivered', answer: 'hello' });
    }
    expect(await send(`http://localhost:${port}/`, `localhost:${port}`)).toMatchObject({ result: 'delivered' });
    expect(await send(`http://127.0.0.1:${otherPort}/`, `127.0.0.1:${port}`)).toMatchObject({ result: 'refused' });
    expect(await send(`http://localhost:${otherPort}/`, `localhost:${port}`)).toMatchObject({ result: 'refused' });
    server.close();
    other.close();
  });

  it('ignores proxy variables', async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1';
    const dispatcher = createDeliveryAgent({ allowPrivate: false, allowedHosts: parseAllowedHosts('127.0.0.1') });
    try {
      const message = { id: 'msg_1', secrets: [newWebhookSecret()], body: '{}', url: `http://127.0.0.1:${port}/` };
      expect(await deliver(message, { dispatcher })).toMatchObject({ result: 'delivered' });
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
      await dispatcher.destroy();
      server.close();
    }
  });

  it('refuses a name that points elsewhere at its second look', async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answers = ['127.0.0.1', '10.0.0.1'];
    const dispatcher = createDeliveryAgent({
      allowPrivate: false,
      allowedHosts: parseAllowedHosts('127.0.0.1/32'),
      lookup: (_, options, callback) => {
        const address = answers.shift() ?? '10.0.0.1';
        if (options.all) callback(null, [{ address, family: 4 }]);
        else callback(null, address, 4);
      },
    });
    const message = { id: 'msg_1', secrets: [newWebhookSecret()], body: '{}', url: `http://rebind.test:${port}/` };
    expect(await deliver(message, { dispatcher })).toMatchObject({ result: 'delivered' });
    expect(await deliver(message, { dispatcher })).toMatchObject({ result: 'refused', error: /rebind.test \(10.0.0.1\)/ });
    await dispatcher.destroy();
    server.close();
  });
});
