import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  keyListSchema,
  keyViewSchema,
  keyWithTokenSchema,
  type AuditList,
  type Grant,
  type KeyList,
  type KeyWithToken,
} from '#contracts';
import { ensureFirstKey } from '#persistence';
import { ApiScene, idOfToken, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const make = async (grants: Grant[] = ['runs:read'], more: Record<string, unknown> = {}): Promise<KeyWithToken> =>
  (await scene.post('/keys', { name: 'ci', grants, ...more }).expect(201)).body as KeyWithToken;
const rotate = (id: string, body?: unknown) => scene.post(`/keys/${id}/rotate`, body);
const audit = async (query: string) => ((await scene.get(`/audit?${query}`).expect(200)).body as AuditList).events;

describe('POST /keys', () => {
  it('makes a key that works at once, and shows it in this answer only', async () => {
    const response = await scene.post('/keys', { name: 'ci', grants: ['runs:read', 'runs:read'], expiresInDays: 7 }).expect(201);
    const { token, ...key } = keyWithTokenSchema.parse(response.body);
    expect(token).toMatch(/^arc_[0-9a-z]{20}_[\w-]{43}$/);
    expect(response.headers).toMatchObject({ location: `${PUBLIC_URL}/keys/${key.id}`, 'cache-control': 'no-store' });
    expect(key).toMatchObject({
      id: idOfToken(token!),
      name: 'ci',
      grants: ['runs:read'],
      status: 'active',
      createdBy: scene.keyId,
    });
    expect(Date.parse(key.expiresAt!) - Date.parse(key.createdAt)).toBeGreaterThan(6.99 * 86_400_000);
    await scene.as(token).get('/runs').expect(200);

    const secret = token!.slice(-43);
    for (const path of [`/keys/${key.id}`, '/keys', '/audit'])
      expect((await scene.get(path).expect(200)).text).not.toContain(secret);
    const rows = JSON.stringify(await scene.source.query('select * from api_keys, audit_events, idempotency_keys'));
    expect(rows).not.toContain(secret);
    expect(scene.logLines.join('')).not.toContain(secret);
    expect(keyViewSchema.parse((await scene.get(`/keys/${key.id}`)).body)).toMatchObject({
      id: key.id,
      hint: token!.slice(0, 12),
    });
  });

  it('expires after a year unless told otherwise', async () => {
    const key = await make();
    expect(Math.round((Date.parse(key.expiresAt!) - Date.parse(key.createdAt)) / 86_400_000)).toBe(365);
    expect((await make(['runs:read'], { expiresInDays: null })).expiresAt).toBeNull();
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no name', { name: undefined }, '/name'],
    ['a name with a slash', { name: '../x' }, '/name'],
    ['a name that is too long', { name: 'a'.repeat(64) }, '/name'],
    ['no grant', { grants: [] }, '/grants'],
    ['a grant that there is not', { grants: ['runs:admin'] }, '/grants/0'],
    ['an end in the past', { expiresInDays: 0 }, '/expiresInDays'],
    ['an end too far away', { expiresInDays: 100_000 }, '/expiresInDays'],
    ['a secret of its own', { token: 'arc_x' }, '/token'],
  ])('refuses %s', async (_, values, pointer) => {
    const response = await scene.post('/keys', { name: 'ci', grants: ['runs:read'], ...values }).expect(422);
    expect(pointersOf(response)).toEqual([pointer]);
  });

  it('gives nothing that the key does not have itself', async () => {
    const { token } = await make(['keys:write', 'runs:read']);
    const own = scene.as(token);
    await own.post('/keys', { name: 'less', grants: ['runs:read'] }).expect(201);
    for (const grants of [['*'], ['*:read'], ['runs:*'], ['runs:read', 'models:read']]) {
      const problem = problemOf(await own.post('/keys', { name: 'more', grants }).expect(403));
      expect(problem.code).toBe('forbidden');
      expect(problem.detail).toContain(grants.at(-1));
    }
  });

  it('makes one key per Idempotency-Key, and shows it to the first request only', async () => {
    const send = () => scene.post('/keys', { name: 'once', grants: ['runs:read'] }).set('idempotency-key', 'k1');
    const first = (await send().expect(201)).body as KeyWithToken;
    const again = await send().expect(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual({ ...first, token: null });
  });
});

describe('GET /keys', () => {
  it('lists all in pages, newest first', async () => {
    for (let i = 0; i < 3; i++) await make();
    const seen: string[] = [];
    for (let path: string | null = '/keys?limit=2'; path;) {
      const page: KeyList = keyListSchema.parse((await scene.get(path).expect(200)).body);
      seen.push(...page.keys.map(({ id }) => id));
      path = page.next && page.next.slice(PUBLIC_URL.length);
    }
    const rows = await scene.source.query<{ id: string }[]>('select id from api_keys order by created_at desc, id desc');
    expect(seen).toEqual(rows.map(({ id }) => id));
  });

  it('GET /keys/me shows the key that asks, whatever it may do', async () => {
    const { token, id } = await make(['datasets:read']);
    const response = await scene.as(token).get('/keys/me').expect(200);
    expect(response.body).toMatchObject({ id, grants: ['datasets:read'] });
    await scene.as(token).get(`/keys/${id}`).expect(403);
    expect(problemOf(await scene.patch('/keys/me', { name: 'x' }).expect(405))).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each(['key_00000000000000000000', 'key_1', "'--", 'x%00'])('GET /keys/%s is 404', async (id) => {
    await scene.get(`/keys/${id}`).expect(404);
  });
});

describe('PATCH /keys/:id', () => {
  it('changes name and end for who has seen the newest revision', async () => {
    const { id } = await make();
    const { headers } = await scene.get(`/keys/${id}`).expect(200);
    const changed = await scene
      .patch(`/keys/${id}`, { name: 'new', expiresInDays: null })
      .set('if-match', headers['etag']!)
      .expect(200);
    expect(changed.body).toMatchObject({ name: 'new', expiresAt: null });
    expect(problemOf(await scene.patch(`/keys/${id}`, { name: 'x' }).set('if-match', headers['etag']!).expect(412)).code).toBe(
      'precondition_failed',
    );
    await scene.patch(`/keys/${id}`, { name: 'x' }).set('if-match', changed.headers['etag']!).expect(200);
    await scene.patch(`/keys/${id}`, {}).expect(422);
    await scene.patch(`/keys/${id}`, { grants: ['*'] }).expect(422);
  });

  it('lets one of two that saw the same revision through', async () => {
    const { id } = await make();
    const etag = (await scene.get(`/keys/${id}`)).headers['etag']!;
    const statuses = await Promise.all(
      ['a', 'b'].map((name) =>
        scene
          .patch(`/keys/${id}`, { name })
          .set('if-match', etag)
          .then(({ status }) => status),
      ),
    );
    expect(statuses.sort()).toEqual([200, 412]);
  });

  it('is not for a key that may do more than the one that asks', async () => {
    const { token } = await make(['keys:write', 'runs:read']);
    const { id } = await make(['models:read']);
    for (const request of [
      scene.as(token).patch(`/keys/${id}`, { name: 'mine' }),
      scene.as(token).post(`/keys/${id}/rotate`),
      scene.as(token).delete(`/keys/${id}`),
    ]) {
      expect(problemOf(await request.expect(403)).detail).toContain('models:read');
    }
  });
});

describe('POST /keys/:id/rotate', () => {
  it('gives a new secret and keeps the old one for the overlap, in which no second rotation is', async () => {
    const { id, token: old } = await make();
    const response = await rotate(id).expect(200);
    const { token, ...key } = keyWithTokenSchema.parse(response.body);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(key.hint).toBe(token!.slice(0, 12));
    expect(Date.parse(key.previousValidUntil!) - Date.now()).toBeGreaterThan(86_000_000);
    for (const each of [old, token]) await scene.as(each).get('/runs').expect(200);
    expect(problemOf(await rotate(id).expect(409)).code).toBe('conflict');

    await scene.source.query('update api_keys set previous_until = now() where id = $1', [id]);
    const next = (await rotate(id, { overlapSeconds: 3600 }).expect(200)).body as KeyWithToken;
    await expect.poll(async () => (await scene.as(old).get('/runs')).status).toBe(401);
    for (const each of [token, next.token]) await scene.as(each).get('/runs').expect(200);
  });

  it('ends the old secret at once with an overlap of 0', async () => {
    const { id, token: old } = await make();
    await scene.as(old).get('/runs').expect(200);
    const { token, previousValidUntil } = (await rotate(id, { overlapSeconds: 0 }).expect(200)).body as KeyWithToken;
    expect(previousValidUntil).toBeNull();
    await expect.poll(async () => (await scene.as(old).get('/runs')).status).toBe(401);
    await scene.as(token).get('/runs').expect(200);
  });

  it('one of two at the same time is refused, and one secret is good', async () => {
    const { id } = await make();
    const answers = await Promise.all([rotate(id), rotate(id), rotate(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('answers a repeat under its Idempotency-Key instead of refusing it', async () => {
    const { id } = await make();
    const send = () => rotate(id, {}).set('idempotency-key', 'r1');
    const { token } = (await send().expect(200)).body as KeyWithToken;
    expect(token).not.toBeNull();
    expect((await send().expect(200)).body).toMatchObject({ id, token: null });
  });

  it('is not for keys that are over', async () => {
    const { id } = await make();
    await scene.source.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [id]);
    await rotate(id).expect(409);
    expect((await scene.get(`/keys/${id}`)).body).toMatchObject({ status: 'expired' });
    const { id: other } = await make();
    await scene.delete(`/keys/${other}`).expect(204);
    await rotate(other).expect(409);
    await scene.patch(`/keys/${other}`, { name: 'back' }).expect(409);
    await rotate(other, { overlapSeconds: -1 }).expect(422);
  });

  it('a revocation ends both secrets, also in the overlap', async () => {
    const { id, token: old } = await make();
    const { token } = (await rotate(id).expect(200)).body as KeyWithToken;
    await scene.delete(`/keys/${id}`).expect(204);
    for (const each of [old, token]) {
      await expect.poll(async () => (await scene.as(each).get('/runs')).status).toBe(401);
    }
  });
});

describe('DELETE /keys/:id', () => {
  it('ends a key, once and for good', async () => {
    const { id, token } = await make();
    await scene.as(token).get('/runs').expect(200);
    for (let i = 0; i < 2; i++) expect((await scene.delete(`/keys/${id}`).expect(204)).text).toBe('');
    await expect.poll(async () => (await scene.as(token).get('/runs')).status).toBe(401);
    expect((await scene.get(`/keys/${id}`)).body).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) });
    expect((await audit(`resource=${id}`)).map(({ action }) => action)).toEqual(['keys.revoke', 'keys.create']);
  });

  it('leaves one valid key that may write keys, also when two are revoked at the same time', async () => {
    const own = await ApiScene.open();
    try {
      const others = [await own.aKey('keys:*'), await own.aKey('keys:write')];
      // What is read-only, expired or revoked cannot make a new one.
      await own.aKey('*:read');
      await own.source.query(`update api_keys set expires_at = now() where id = $1`, [idOfToken(await own.aKey('*'))]);
      const statuses = await Promise.all(
        [own.key, ...others].map((key) => own.delete(`/keys/${idOfToken(key)}`).then(({ status }) => status)),
      );
      expect(statuses.filter((status) => status === 204).length).toBeLessThan(3);
      const rows = await own.source.query<{ id: string }[]>(
        `select id from api_keys where revoked_at is null and (expires_at is null or expires_at > now()) and grants && array['*', 'keys:*', 'keys:write']`,
      );
      expect(rows.length).toBeGreaterThanOrEqual(1);
    } finally {
      await own.close();
    }
  });

  it('is 409 for the last one', async () => {
    const own = await ApiScene.open();
    try {
      expect(problemOf(await own.delete(`/keys/${own.keyId}`).expect(409)).detail).toContain('keys:write');
      await own.get('/keys/me').expect(200);
    } finally {
      await own.close();
    }
  });
});

describe('a use', () => {
  const lastUsed = async (id: string): Promise<string | null> =>
    keyViewSchema.parse((await scene.get(`/keys/${id}`)).body).lastUsedAt;

  it('is noted, once a minute', async () => {
    const { id, token } = await make();
    expect(await lastUsed(id)).toBeNull();
    const etag = (await scene.get(`/keys/${id}`)).headers['etag'];
    await scene.as(token).get('/runs').expect(200);
    await expect.poll(() => lastUsed(id)).not.toBeNull();
    const first = await lastUsed(id);
    for (let i = 0; i < 5; i++) await scene.as(token).get('/runs').expect(200);
    expect(await lastUsed(id)).toBe(first);
    // A use is no change.
    expect((await scene.get(`/keys/${id}`)).headers['etag']).toBe(etag);
  });

  it('of a refused secret is not', async () => {
    const { id, token } = await make();
    await scene
      .as(`${token!.slice(0, -2)}AA`)
      .get('/runs')
      .expect(401);
    expect(await lastUsed(id)).toBeNull();
  });
});

describe('GET /audit', () => {
  it('tells who changed what, by actor, resource, action and time, in pages', async () => {
    const { id, token } = await make(['runs:*', 'keys:*']);
    const other = scene.as(token);
    const run = await scene.aRun();
    await other.post(`/runs/${run}/cancel`).expect(202);
    const child = ((await other.post('/keys', { name: 'child', grants: ['runs:read'] }).expect(201)).body as KeyWithToken).id;
    await other.post(`/keys/${child}/rotate`, { overlapSeconds: 60 }).expect(200);
    await other.patch(`/keys/${child}`, { name: 'renamed' }).expect(200);
    await other.delete(`/keys/${child}`).expect(204);

    const all = await audit(`actor=${id}`);
    expect(all.map(({ action }) => action)).toEqual(['keys.revoke', 'keys.update', 'keys.rotate', 'keys.create', 'runs.cancel']);
    expect(all.every(({ actor }) => actor === id)).toBe(true);
    expect(all[2]?.details).toEqual({ overlapSeconds: 60 });
    expect((await audit(`actor=${id}&action=runs.cancel`)).map(({ resourceId }) => resourceId)).toEqual([run]);
    expect(await audit(`actor=${id}&resource=${child}`)).toHaveLength(4);
    const [middle] = all.slice(2);
    expect(await audit(`actor=${id}&since=${middle!.at}&until=${middle!.at}`)).toEqual([]);
    expect((await audit(`actor=${id}&since=${middle!.at}`)).map((event) => event.id)).toContain(middle!.id);
    expect((await audit(`actor=${id}&until=${middle!.at}`)).map((event) => event.id)).not.toContain(middle!.id);

    const seen: string[] = [];
    for (let path: string | null = `/audit?actor=${id}&limit=2`; path;) {
      const page: AuditList = (await scene.get(path).expect(200)).body as AuditList;
      seen.push(...page.events.map((event) => event.id));
      path = page.next && page.next.slice(PUBLIC_URL.length);
    }
    expect(seen).toEqual(all.map((event) => event.id));
  });

  it.each(['actor=me', 'resource=a%00b', 'action=x', 'since=yesterday', 'limit=0', 'who=me'])('?%s is 422', async (query) => {
    expect(pointersOf(await scene.get(`/audit?${query}`).expect(422))).toEqual([`/${query.split('=')[0]}`]);
  });

  it('is not for who may read all else', async () => {
    await scene
      .as(await scene.aKey('*:read'))
      .get('/audit')
      .expect(403);
    await scene
      .as(await scene.aKey('audit:read'))
      .get('/audit')
      .expect(200);
  });
});

it('makes no first key where there are keys', async () => {
  const store = { read: () => Promise.reject(new Error('asked')), write: () => Promise.reject(new Error('written')) };
  expect(await ensureFirstKey(scene.source, store)).toBeNull();
});
