import { afterEach, describe, expect, it } from 'vitest';
import { aBody, ApiScene, problemOf } from '../testing/api-scene.js';
import { EventStream } from '../testing/event-stream.js';
import { addressOf } from './rate-limits.js';
import { NO_LIMITS, type AccessSettings } from './settings.js';

let scene: ApiScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});
const open = async (limits: Partial<typeof NO_LIMITS>, more: Partial<AccessSettings> = {}): Promise<ApiScene> =>
  (scene = await ApiScene.open({ access: { rateLimits: { ...NO_LIMITS, ...limits }, ...more } }));

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
async function count(requests: PromiseLike<{ status: number }>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(requests)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('limits of a key', () => {
  it('say what is left, then refuse with the time to wait', async () => {
    const api = await open({ read: 3 });
    for (const left of [2, 1, 0]) {
      const { headers } = await api.get('/runs').expect(200);
      expect(headers['ratelimit-policy']).toBe('"read";q=3;w=60');
      expect(headers['ratelimit']).toMatch(new RegExp(`^"read";r=${left};t=\\d+$`));
      expect(headers).not.toHaveProperty('retry-after');
    }
    const response = await api.get('/runs').expect(429);
    expect(problemOf(response)).toMatchObject({ code: 'rate_limited', status: 429, instance: '/runs' });
    const seconds = Number(response.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(response.headers['ratelimit']).toBe(`"read";r=0;t=${seconds}`);
  });

  it('are its own: keys that ask at the same time all get their share, whatever the others do', async () => {
    const api = await open({ read: 20 });
    const keys = [api.key, ...(await Promise.all(times(3, () => api.aKey('*'))))];
    const greedy = times(200, () =>
      api
        .as(keys[0]!)
        .get('/runs?limit=1')
        .then((response) => response),
    );
    const modest = keys.slice(1).map((key) =>
      count(
        times(20, () =>
          api
            .as(key)
            .get('/runs?limit=1')
            .then((response) => response),
        ),
      ),
    );
    expect(await Promise.all(modest)).toEqual(times(3, () => ({ 200: 20 })));
    expect(await count(greedy)).toEqual({ 200: 20, 429: 180 });
  });

  it('count what reads and what writes apart, and create nothing beyond', async () => {
    const api = await open({ read: 5, write: 2 });
    expect(await count(times(4, () => api.post('/runs', aBody()).then((response) => response)))).toEqual({ 202: 2, 429: 2 });
    expect(await api.countRows()).toMatchObject({ runs: 2 });
    await api.get('/runs').expect(200);
    await api.as(api.key).request('head', '/runs').expect(200);
    expect((await api.get('/runs').expect(200)).headers['ratelimit']).toMatch(/^"read";r=2;/);
  });

  it('also count requests that lead nowhere', async () => {
    const api = await open({ read: 2, write: 1 });
    await api.get('/nothing').expect(404);
    await api
      .as(await api.aKey('models:read'))
      .get('/runs')
      .expect(403);
    await api.get('/runs?limit=x').expect(422);
    await api.get('/runs').expect(429);
    await api.post('/runs', {}).expect(422);
    await api.post('/runs', aBody()).expect(429);
  });

  it('bound how many streams are open at once, for each key apart', async () => {
    const api = await open({}, { streamsPerKey: 2 });
    const id = await api.aRun('starting', 'running');
    const [one, two] = [api.key, await api.aKey('runs:read')];
    const stream = (key: string, path: string) =>
      EventStream.open(`${api.url}/runs/${id}/${path}`, { authorization: `Bearer ${key}`, accept: 'text/event-stream' });
    const streams = [await stream(one, 'events'), await stream(one, 'logs?follow=true'), await stream(two, 'events')];
    for (const path of ['events', 'logs?follow=true']) {
      const response = await api.get(`/runs/${id}/${path}`).expect(429);
      expect(problemOf(response)).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('2 streams') });
      expect(response.headers['retry-after']).toBe('10');
    }
    // What ends by itself is no stream.
    await api.get(`/runs/${id}/logs`).expect(200);
    await api.get('/runs').expect(200);
    streams.push(await stream(two, 'events'));
    streams[0]!.leave();
    await expect.poll(async () => (await stream(one, 'events').catch(() => null)) !== null).toBe(true);
    for (const each of streams) each.leave();
  });

  it('are off at 0', async () => {
    const api = await open({});
    const { headers } = await api.get('/runs').expect(200);
    expect(headers).not.toHaveProperty('ratelimit');
    expect(await count(times(100, () => api.get('/runs?limit=1').then((response) => response)))).toEqual({ 200: 100 });
  });
});

describe('limits of an address', () => {
  const guess = (index: number): string => `arc_${String(index).padStart(20, '0')}_${'A'.repeat(43)}`;

  it('stop guessing, and not who has a key that is known', async () => {
    const api = await open({ refused: 10 });
    await api.get('/runs').expect(200);
    const late = await api.aKey('runs:read');
    expect(
      await count(
        times(40, (index) =>
          api
            .as(guess(index))
            .get('/runs')
            .then((response) => response),
        ),
      ),
    ).toEqual({ 401: 10, 429: 30 });
    const refused = await api.as(null).get('/runs').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    // Guesses of the secret of a known key are counted, too.
    await api
      .as(`${api.key.slice(0, 25)}${'B'.repeat(43)}`)
      .get('/runs')
      .expect(429);
    await api.get('/runs').expect(200);
    // A key that was never seen cannot be told from a guess without asking the database.
    await api.as(late).get('/runs').expect(429);
  });

  it('leave the open operations alone, which have their own', async () => {
    const api = await open({ refused: 1, open: 3 });
    await api.get('/runs').expect(200);
    await api.as(null).get('/runs').expect(401);
    await api.as(null).get('/runs').expect(429);
    for (let i = 0; i < 3; i++) await api.as(null).get('/health').expect(200);
    await api.as(null).get('/openapi.json').expect(429);
    await api.get('/runs').expect(200);
  });

  it('believe X-Forwarded-For from a trusted proxy only', async () => {
    const from = (api: ApiScene, address: string) => api.as(null).get('/runs').set('x-forwarded-for', address);
    const direct = await open({ refused: 1 });
    await from(direct, '192.0.2.1').expect(401);
    await from(direct, '192.0.2.2').expect(429);
    await direct.close();
    const proxied = await open({ refused: 1 }, { trustedProxies: ['127.0.0.1'] });
    await from(proxied, '192.0.2.1').expect(401);
    await from(proxied, '192.0.2.2').expect(401);
    await from(proxied, '192.0.2.1').expect(429);
    // What a client puts in front of its address is not believed.
    await from(proxied, '198.51.100.7, 192.0.2.1').expect(429);
  });
});

describe('addressOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    [undefined, 'unknown'],
    ['nonsense', 'unknown'],
  ])('%s is %s', (ip, address) => expect(addressOf(ip)).toBe(address));
});
