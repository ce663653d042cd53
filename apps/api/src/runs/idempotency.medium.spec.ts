import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedRun } from '#contracts';
import { aBody, ApiScene, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
beforeAll(async () => (scene = await ApiScene.open()));
afterAll(() => scene?.close());

const withWebhook = aBody({ webhooks: [{ url: 'https://a.test/hook' }] });
const create = (key: string, body: unknown = withWebhook) => scene.post('/runs', body).set('idempotency-key', key);

describe('Idempotency-Key', () => {
  it('answers a repeat with the first answer and creates nothing', async () => {
    const first = await create('replay').expect(202);
    const { id } = first.body as CreatedRun;
    const before = await scene.countRows();
    await scene.move(id, 'starting');
    const again = await create('replay').expect(202);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(again.body).toEqual({ ...(first.body as CreatedRun), webhookSecrets: [] });
    expect(await scene.countRows()).toMatchObject({ runs: before['runs'], endpoints: before['endpoints'], keys: before['keys'] });
  });

  it('keeps no webhook secret with the answer', async () => {
    const { webhookSecrets } = (await create('secret').expect(202)).body as CreatedRun;
    expect(webhookSecrets).toHaveLength(1);
    const rows = await scene.source.query<{ response: string }[]>('select response::text from idempotency_keys where key = $1', [
      `${scene.keyId}/secret`,
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.response).not.toContain('whsec_');
    expect((await create('secret').expect(202)).text).not.toContain('whsec_');
  });

  it('is the same key with and without quotes', async () => {
    const { id } = (await create('"quoted"').expect(202)).body as CreatedRun;
    expect((await create('quoted').expect(202)).body).toMatchObject({ id });
  });

  it('takes bodies that mean the same for the same', async () => {
    const { id } = (await create('same', { maxSteps: 10, dataset: { path: '/data' } }).expect(202)).body as CreatedRun;
    const again = await create('same', { seed: 1, dataset: { mirror: true, path: '/data' }, maxSteps: 10 }).expect(202);
    expect(again.body).toMatchObject({ id });
  });

  it('is of one API key and of one route: others with the same text meet nothing of it', async () => {
    const mine = (await create('shared').expect(202)).body as CreatedRun;
    const other = scene.as(await scene.aKey('runs:*'));
    const theirs = (await other.post('/runs', withWebhook).set('idempotency-key', 'shared').expect(202)).body as CreatedRun;
    expect(theirs.id).not.toBe(mine.id);
    expect((await create('mine-only').expect(202)).headers).not.toHaveProperty('idempotent-replayed');
    // Another body under it is no conflict for who has never used it.
    await other
      .post('/runs', aBody({ maxSteps: 11 }))
      .set('idempotency-key', 'mine-only')
      .expect(202);
    const clone = await scene.post(`/runs/${mine.id}/clone`).set('idempotency-key', 'shared').expect(202);
    expect(clone.headers).not.toHaveProperty('idempotent-replayed');
    expect(await create('shared').expect(202)).toMatchObject({ body: { id: mine.id } });
  });

  it('refuses another body under the same key', async () => {
    await create('other').expect(202);
    const before = await scene.countRows();
    const response = await create('other', aBody({ maxSteps: 11 })).expect(422);
    expect(problemOf(response).code).toBe('idempotency_key_reused');
    expect(await scene.countRows()).toEqual(before);
  });

  it.each([['""'], ['two words'], ['a'.repeat(256)], ['caf\u00e9']])('refuses the key %j', async (key) => {
    const before = await scene.countRows();
    expect(problemOf(await create(key).expect(400)).code).toBe('malformed_request');
    expect(await scene.countRows()).toEqual(before);
  });

  it('creates one run for requests that come at the same time', async () => {
    const before = await scene.countRows();
    const responses = await Promise.all(Array.from({ length: 6 }, () => create('race')));
    expect(await scene.countRows()).toMatchObject({ runs: (before['runs'] ?? 0) + 1, keys: (before['keys'] ?? 0) + 1 });
    const accepted = responses.filter(({ status }) => status === 202);
    const refused = responses.filter(({ status }) => status !== 202);
    expect(accepted.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(new Set(accepted.map(({ body }) => (body as CreatedRun).id)).size).toBe(1);
    for (const response of refused) {
      expect(response.status).toBe(409);
      expect(response.headers['retry-after']).toBe('1');
      expect(problemOf(response).code).toBe('idempotency_in_progress');
    }
  });

  it('is free again after a request that failed', async () => {
    await create('failed', { maxSteps: 0 }).expect(422);
    await create('failed').expect(202);
  });

  it('is free again after its life', async () => {
    const { id } = (await create('old').expect(202)).body as CreatedRun;
    await scene.source.query(`update idempotency_keys set expires_at = now() - interval '1 second' where key = $1`, [
      `${scene.keyId}/old`,
    ]);
    const fresh = await create('old').expect(202);
    expect((fresh.body as CreatedRun).id).not.toBe(id);
    expect((fresh.body as CreatedRun).webhookSecrets).toHaveLength(1);
  });
});
