import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DataSource } from 'typeorm';
import { GRANTS, isGranted, type Grant } from '#contracts';
import { API_ROUTES } from '../app.module.js';
import { aBody, ApiScene, idOfToken, problemOf } from '../testing/api-scene.js';
import { EventStream } from '../testing/event-stream.js';
import { TcpGate } from '../testing/tcp-gate.js';
import { KeyNews } from './key-news.js';

let scene: ApiScene;
let peer: ApiScene;
const streams: EventStream[] = [];
beforeAll(async () => {
  scene = await ApiScene.open({ pingMs: 600_000 });
  peer = await ApiScene.open({ beside: scene, pingMs: 600_000 });
});
afterEach(() => streams.splice(0).forEach((stream) => stream.leave()));
afterAll(async () => {
  await peer?.close();
  await scene?.close();
});

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
/** A path of the route; what it names is not there. */
const urlOf = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'id' ? 'run_00000000000000000000' : 'nothing'));
/** Sends a path as it is, which fetch would tidy, with one header for each key. */
const sendAsIs = (path: string, ...keys: string[]): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { host, hostname, port } = new URL(scene.url);
    const headers = ['host', host, ...keys.flatMap((key) => ['authorization', `Bearer ${key}`])];
    get({ hostname, port, path, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
const send = (key: string | null, method: string, path: string) => scene.as(key).request(method.toLowerCase() as Method, path);

describe('a request without a valid key', () => {
  const bad = `arc_${'0'.repeat(20)}_${'A'.repeat(43)}`;

  it.each(API_ROUTES.map((route) => [route.method, route.path, route] as const))('%s %s', async (method, path, { scope }) => {
    for (const key of [null, bad]) {
      const response = await send(key, method, urlOf(path));
      if (scope === null) {
        // Whether it is there is no secret.
        expect([200, 404]).toContain(response.status);
        continue;
      }
      expect(response.status).toBe(401);
      expect(problemOf(response)).toMatchObject({ code: 'unauthorized', status: 401 });
      expect(response.headers['www-authenticate']).toMatch(
        key ? /^Bearer realm="arcfleet", error="invalid_token"$/ : /^Bearer realm="arcfleet"$/,
      );
    }
  });

  it('does not learn which paths, methods and things there are', async () => {
    const id = await scene.aRun();
    const known = await scene.as(null).get(`/runs/${id}`).expect(401);
    const answers = [
      scene.as(null).get('/runs/run_00000000000000000000'),
      scene.as(null).get('/nothing/at/all'),
      scene.as(null).delete('/runs'),
      scene.as(null).request('options', '/runs'),
      scene.as(null).request('options', '/nothing'),
      scene.as(null).post('/health'),
      scene.as(null).get('/RUNS'),
      scene.as(null).get('/health/../runs'),
      scene.as(null).get('/health%2f..%2fruns'),
      scene.as(null).get('//health'),
    ];
    for (const response of await Promise.all(answers)) {
      expect(response.status).toBe(401);
      expect(response.headers).not.toHaveProperty('allow');
      const { instance: _, ...problem } = problemOf(response);
      expect(problem).toEqual({ ...problemOf(known), instance: undefined });
    }
    const head = await scene.as(null).request('head', `/runs/${id}`).expect(401);
    expect(head.text ?? '').toBe('');
    await scene.as(null).request('head', '/health').expect(200);
  });

  it('is refused before its body is read', async () => {
    const huge = '{"a":'.repeat(1_000_000);
    const response = await scene
      .as(null)
      .post('/models/mdl_1/embeddings')
      .set('content-type', 'application/json')
      .send(huge)
      .expect(401);
    expect(problemOf(response).code).toBe('unauthorized');
    await scene.as(null).post('/runs').set('content-type', 'text/plain').send('x').expect(401);
  });

  it.each<[string, (key: string) => string]>([
    ['nothing', () => ''],
    ['the scheme alone', () => 'Bearer'],
    ['another scheme', (key) => `Basic ${Buffer.from(`x:${key}`).toString('base64')}`],
    ['the key without scheme', (key) => key],
    ['half of it', (key) => `Bearer ${key.slice(0, 40)}`],
    ['more than it', (key) => `Bearer ${key}A`],
    ['two', (key) => `Bearer ${key} ${key}`],
    ['another secret of the same id', (key) => `Bearer ${key.slice(0, 25)}${'A'.repeat(43)}`],
    ['its secret under another id', (key) => `Bearer arc_${'0'.repeat(20)}_${key.slice(25)}`],
    ['SQL', () => `Bearer arc_' or 1=1 --`],
    ['a very long token', () => `Bearer ${'a'.repeat(8_000)}`],
  ])('with %s is 401', async (_, toHeader) => {
    const response = await scene.as(null).get('/runs').set('authorization', toHeader(scene.key)).expect(401);
    expect(response.text).not.toContain(scene.key.slice(25));
  });

  it('with two keys is 401, whichever of them is valid', async () => {
    const { key } = scene;
    for (const keys of [
      [key, bad],
      [bad, key],
      [key, key],
    ])
      expect(await sendAsIs('/runs', ...keys)).toBe(401);
    expect(await sendAsIs('/runs', key)).toBe(200);
  });

  it('takes the scheme in any case, and no key anywhere else', async () => {
    await scene.as(null).get('/runs').set('authorization', `bearer ${scene.key}`).expect(200);
    await scene.as(null).get(`/runs?key=${scene.key}`).expect(401);
    await scene.as(null).get(`/runs?access_token=${scene.key}`).expect(401);
    await scene.as(null).get('/runs').set('cookie', `key=${scene.key}`).expect(401);
    await scene.as(null).get('/runs').set('x-api-key', scene.key).expect(401);
  });
});

describe('scopes', () => {
  const closed = API_ROUTES.filter(({ scope }) => scope !== null && scope !== 'any');

  it('every operation but the open ones asks for one, in its own resource', () => {
    expect(
      API_ROUTES.filter(({ scope }) => scope === null)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(expect.arrayContaining(['health.get', 'openapi.get']));
    for (const { method, scope } of closed) expect(String(scope).endsWith(method === 'GET' ? ':read' : ':write')).toBe(true);
  });

  it.each(closed.map((route) => [route.method, route.path, route] as const))(
    '%s %s asks for its scope',
    async (method, path, { scope }) => {
      const without = GRANTS.filter((grant: Grant) => scope !== 'any' && !isGranted([grant], scope!));
      const response = await send(await scene.aKey(...without), method, urlOf(path));
      expect(response.status).toBe(403);
      expect(problemOf(response)).toMatchObject({ code: 'forbidden', detail: expect.stringContaining(String(scope)) });
      expect(response.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${scope}"`);
      const allowed = await send(await scene.aKey(scope as Grant), method, urlOf(path));
      expect([401, 403]).not.toContain(allowed.status);
      expect(allowed.status).toBeLessThan(500);
    },
  );

  it('hold for HEAD and for other spellings of a path', async () => {
    const key = await scene.aKey('models:read');
    for (const path of ['/runs', '/runs/', '/RUNS', '/Runs/?limit=1', '/runs?']) {
      await scene.as(key).request('head', path).expect(403);
      await scene.as(key).get(path).expect(403);
    }
    // There are no others.
    for (const path of ['/%72uns', '//runs', '/./runs', '/runs//', '/runs;a=b', '/runs%2f', '/health/../runs']) {
      for (const each of [key, scene.key]) {
        expect(await sendAsIs(path, each), path).toBe(404);
      }
    }
  });

  it('a key without any scope of a path still sees 404 and 405', async () => {
    const key = await scene.aKey('models:read');
    await scene.as(key).get('/nothing').expect(404);
    for (const path of ['/runs', '/RUNS/']) {
      const response = await scene.as(key).delete(path).expect(405);
      expect(response.headers['allow']).toBe('POST, GET');
    }
  });
});

describe('keys in memory', () => {
  it('cost no query per request', async () => {
    const key = await scene.aKey('*');
    const find = vi.spyOn(scene.app.get(DataSource).manager, 'findOne');
    try {
      // Once, once more when the notification of its making comes late, and then every 3 s.
      const start = performance.now();
      for (let i = 0; i < 100; i++) await scene.as(key).get('/runs?limit=1').expect(200);
      const seconds = (performance.now() - start) / 1_000;
      expect(find.mock.calls.length).toBeLessThanOrEqual(2 + Math.floor(seconds / 3));
      // Together they ask once.
      find.mockClear();
      const fresh = await scene.aKey('*');
      await Promise.all(Array.from({ length: 20 }, () => scene.as(fresh).get('/runs?limit=1').expect(200)));
      expect(find.mock.calls.length).toBeLessThanOrEqual(2);
    } finally {
      find.mockRestore();
    }
  });

  it('a revocation takes effect in every process', async () => {
    const key = await scene.aKey('runs:read');
    for (const api of [scene, peer]) await api.as(key).get('/runs').expect(200);
    await peer.delete(`/keys/${idOfToken(key)}`).expect(204);
    for (const api of [scene, peer]) await expect.poll(async () => (await api.as(key).get('/runs')).status).toBe(401);
    expect(problemOf(await scene.as(key).get('/runs')).detail).toContain('revoked');
  });

  it('also when its notification is lost', async () => {
    const key = await scene.aKey('runs:read');
    await scene.as(key).get('/runs').expect(200);
    await scene.source.query('update api_keys set revoked_at = now() where id = $1', [idOfToken(key)]);
    await expect.poll(async () => (await scene.as(key).get('/runs')).status, { timeout: 10_000 }).toBe(401);
  });

  it('a key that was asked for before it was there works as soon as it is', async () => {
    const key = await scene.aKey('runs:read');
    const [row] = await scene.source
      .query<Record<string, unknown>[]>('delete from api_keys where id = $1 returning *', [idOfToken(key)])
      .then(([rows]) => rows as unknown as Record<string, unknown>[]);
    await scene.as(key).get('/runs').expect(401);
    await scene.source.query('insert into api_keys select * from jsonb_populate_record(null::api_keys, $1)', [
      JSON.stringify({ ...row, secret_hash: `\\x${(row!['secret_hash'] as Buffer).toString('hex')}` }),
    ]);
    await expect.poll(async () => (await scene.as(key).get('/runs')).status, { timeout: 10_000 }).toBe(200);
  });
});

describe('without a database', () => {
  it('a key that was valid before opens what needs none, also after its news were lost, but not after its own change', async () => {
    let way: TcpGate | undefined;
    const other = await ApiScene.open({
      route: async (databaseUrl) => {
        const { gate, url } = await TcpGate.open(databaseUrl);
        way = gate;
        return url;
      },
    });
    try {
      const [one, two] = [other.key, await other.aKey('workers:read')];
      for (const key of [one, two]) await other.as(key).get('/metrics').expect(200);
      await way!.shut();
      other.app.get(KeyNews).notify(null);
      for (const key of [one, two]) await other.as(key).get('/metrics').expect(200);
      other.app.get(KeyNews).notify(idOfToken(two));
      expect(problemOf(await other.as(two).get('/metrics').expect(503)).code).toBe('unavailable');
      await other.as(one).get('/metrics').expect(200);
    } finally {
      await other.close();
    }
  });
});

describe('an event stream', () => {
  const open = async (key: string): Promise<EventStream> => {
    const id = await scene.aRun('starting', 'running');
    const stream = await EventStream.open(`${scene.url}/runs/${id}/events`, { authorization: `Bearer ${key}` });
    streams.push(stream);
    await stream.take(3);
    return stream;
  };

  it('ends when its key is revoked, whichever process hears of it; others go on', async () => {
    const key = await scene.aKey('runs:read');
    const [stream, other] = [await open(key), await open(scene.key)];
    await peer.delete(`/keys/${idOfToken(key)}`).expect(204);
    expect(await stream.next()).toBeNull();
    const id = new URL(other.response.url).pathname.split('/')[2]!;
    await scene.move(id, 'succeeded');
    expect((await other.next())?.data.data).toMatchObject({ status: 'succeeded' });
  });

  it('ends when its key expires', async () => {
    const key = await scene.aKey('runs:read');
    const stream = await open(key);
    await scene.source.query(`update api_keys set expires_at = now() + interval '200 milliseconds' where id = $1`, [
      idOfToken(key),
    ]);
    expect(await stream.next()).toBeNull();
    expect(problemOf(await scene.as(key).get('/runs').expect(401)).detail).toContain('expired');
  });

  it.each(['text/event-stream', 'text/plain'])('of log lines (%s) ends with its key, too', async (accept) => {
    const key = await scene.aKey('runs:read');
    const id = await scene.aRun('starting', 'running');
    const response = await fetch(`${scene.url}/runs/${id}/logs?follow=true`, {
      headers: { authorization: `Bearer ${key}`, accept },
    });
    expect(response.headers.get('content-type')).toContain(accept);
    const ended = response.text();
    await scene.delete(`/keys/${idOfToken(key)}`).expect(204);
    // Ended, not broken off.
    expect(await ended).toBe(accept === 'text/plain' ? '' : 'retry: 2000\n\n');
  });

  it('ends with the overlap when it was opened with the old secret', async () => {
    const key = await scene.aKey('runs:read');
    const stream = await open(key);
    await scene.post(`/keys/${idOfToken(key)}/rotate`, { overlapSeconds: 1 }).expect(200);
    expect(await stream.next()).toBeNull();
  });
});

describe('without keys', () => {
  it('everybody on this machine may do everything, under a name of this machine', async () => {
    const open = await ApiScene.open({ access: { auth: 'none' } });
    try {
      await open.as(null).post('/runs', aBody()).expect(202);
      await open.as('nonsense').get('/runs').expect(200);
      await open.as(null).get('/keys/me').expect(404);
      for (const host of ['evil.test', 'evil.test:3000', '127.0.0.1.evil.test', '10.0.0.1', '']) {
        expect((await open.as(null).get('/runs').set('host', host)).status, host).toBe(403);
      }
      for (const host of ['localhost:3000', '[::1]:3000', '127.0.0.1'])
        await open.as(null).get('/runs').set('host', host).expect(200);
    } finally {
      await open.close();
    }
  });
});
