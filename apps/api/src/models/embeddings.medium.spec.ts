import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddingView } from '#contracts';
import {
  cancelStaleEmbeddings,
  EMBEDDINGS_KEPT_MS,
  EMBEDDINGS_QUEUED_MS,
  forgetEmbeddings,
  MAX_UNFINISHED_EMBEDDINGS,
  ModelEntity,
  newId,
  transitionRun,
} from '#persistence';
import { ApiScene, pointersOf, problemOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
let path: string;
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64');

beforeAll(async () => {
  scene = await ApiScene.open();
  const runId = await scene.aRun();
  const id = newId('mdl');
  const facts = {
    generation: 1,
    step: 1,
    name: 'y1',
    version: 1,
    network: 'y1',
    embeddingSize: 2,
    files: [],
    accuracies: [],
    isBest: false,
    isLast: true,
  };
  await scene.source.manager.insert(ModelEntity, { ...facts, id, runId, folder: 'runs/x' });
  path = `/models/${id}/embeddings`;
});

afterAll(async () => {
  await scene?.close();
});

/** The request that came last, once it is there. */
async function lastRequest(except: readonly string[] = []): Promise<string> {
  for (;;) {
    const rows = await scene.source.query<{ id: string }[]>(
      `select id from runs where kind = 'embedding' and id <> all($1) order by created_at desc limit 1`,
      [except],
    );
    if (rows[0]) return rows[0].id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const known = async (): Promise<string[]> =>
  (await scene.source.query<{ id: string }[]>(`select id from runs where kind = 'embedding'`)).map(({ id }) => id);

describe('POST /models/:id/embeddings', () => {
  it('waits for the answer, and images are gone with the end', async () => {
    const before = await known();
    const sending = scene.post(`${path}?wait=20`, { images: [{ data: PNG }] }).then((response) => response);
    const id = await lastRequest(before);
    const model = {
      format: 'arcfleet',
      network: 'y1',
      embeddingSize: 2,
      height: 112,
      width: 112,
      sha256: '0'.repeat(64),
      engine: 'wasm',
    };
    await scene.source.transaction(async (manager) => {
      await manager.query('update runs set opened_model = $2, result = $3 where id = $1', [
        id,
        model,
        { embeddings: [[0.6, 0.8]], warnings: ['w'] },
      ]);
      await transitionRun(manager, id, 'starting', { reason: 'admitted', message: '' });
      await transitionRun(manager, id, 'succeeded', { reason: 'completed', message: '' });
    });
    const response = await sending;
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ id, model, embeddings: [[0.6, 0.8]], warnings: ['w'] });
    expect(await scene.source.query(`select config->'images' as images from runs where id = $1`, [id])).toEqual([{ images: [] }]);
    expect(scene.logLines.join('\n')).not.toContain(PNG);

    const view = (await scene.get(`/embeddings/${id}`).expect(200)).body as EmbeddingView;
    const expiresAt = new Date(view.expiresAt ?? '');
    expect(expiresAt.getTime() - Date.parse(view.finishedAt ?? '')).toBe(EMBEDDINGS_KEPT_MS);
    expect(await forgetEmbeddings(scene.source.manager, new Date(expiresAt.getTime() - 1))).toBe(0);
    expect(await forgetEmbeddings(scene.source.manager, expiresAt)).toBe(1);
    await scene.get(`/embeddings/${id}`).expect(404);
  });

  it('says where the answer will be when its time is over', async () => {
    const response = await scene.post(`${path}?wait=0`, { images: [{ data: PNG }] }).expect(202);
    const view = response.body as EmbeddingView;
    expect(response.headers['location']).toBe(`${PUBLIC_URL}/embeddings/${view.id}`);
    expect(view).toMatchObject({ status: 'queued', result: null, expiresAt: null });
    expect(response.text).not.toContain(PNG);
    expect((await scene.post(`/embeddings/${view.id}/cancel`).expect(202)).body).toMatchObject({ status: 'canceling' });
  });

  it('answers with the failure of the run', async () => {
    const before = await known();
    const sending = scene.post(`${path}?wait=20`, { images: [{ data: PNG }] }).then((response) => response);
    const id = await lastRequest(before);
    const error = { code: 'image_invalid', message: 'Image 0 is none.' } as const;
    await scene.source.transaction((manager) => transitionRun(manager, id, 'failed', { reason: error.code, message: '', error }));
    const response = await sending;
    expect(response.status).toBe(422);
    expect(problemOf(response)).toMatchObject({ code: 'image_invalid', detail: 'Image 0 is none.' });
  });

  it('cancels the run when the client has gone', async () => {
    const before = await known();
    const body = JSON.stringify({ images: [{ data: PNG }] });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const client = httpRequest(`${scene.url}${path}?wait=60`, { method: 'POST', headers });
    client.on('error', () => undefined);
    client.end(body);
    const id = await lastRequest(before);
    client.destroy();
    for (;;) {
      const { status } = (await scene.get(`/embeddings/${id}`)).body as EmbeddingView;
      if (status === 'canceling') break;
      expect(status).toBe('queued');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it.each([
    ['no image', [], '/images'],
    ['what is neither JPEG nor PNG', [{ data: PNG }, { data: 'R0lGODlh' }], '/images/1/data'],
    ['what is no base64', [{ data: '%%%%' }], '/images/0/data'],
  ])('refuses %s', async (_what, images, pointer) => {
    expect(pointersOf(await scene.post(path, { images }).expect(422))).toContain(pointer);
  });

  it('takes bodies with images and no larger ones, and only JSON', async () => {
    const image = { data: Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(900_000)]).toString('base64') };
    await scene.post(`${path}?wait=0`, { images: [image] }).expect(202);
    const large = await scene.post(path, { images: Array.from({ length: 22 }, () => image) }).expect(413);
    expect(problemOf(large).detail).toBe('The body is larger than 24576 kB.');
    await scene.post('/evaluations', { images: [image] }).expect(413);
    expect(problemOf(await scene.post(path).type('text/plain').send('x').expect(415)).code).toBe('unsupported_media_type');
  });

  it('serves eight at once and tells the ninth to come again', async () => {
    const before = await known();
    const sending = Array.from({ length: 8 }, () =>
      scene.post(`${path}?wait=3`, { images: [{ data: PNG }] }).then((response) => response.status),
    );
    while ((await known()).length < before.length + 8) await new Promise((resolve) => setTimeout(resolve, 20));
    const refused = await scene.post(`${path}?wait=0`, { images: [{ data: PNG }] }).expect(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(await Promise.all(sending)).toEqual(new Array(8).fill(202));
  });

  it('refuses the 33rd that has not ended, however they come, and cancels those that wait too long', async () => {
    const unfinished = async (): Promise<number> =>
      (
        await scene.source.query<unknown[]>(
          `select 1 from runs where kind = 'embedding' and status not in ('succeeded', 'failed', 'canceled')`,
        )
      ).length;
    const send = () => scene.post(`${path}?wait=0`, { images: [{ data: PNG }] }).then((response) => response);
    const answers = [];
    for (let round = 0; round < 5; round++) answers.push(...(await Promise.all(Array.from({ length: 8 }, send))));
    expect(await unfinished()).toBe(MAX_UNFINISHED_EMBEDDINGS);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.length).toBeGreaterThan(0);
    for (const response of refused) {
      expect(problemOf(response)).toMatchObject({ code: 'unavailable', status: 503 });
      expect(response.headers['retry-after']).toBe('1');
    }

    const id = await lastRequest();
    const view = (await scene.get(`/embeddings/${id}`).expect(200)).body as EmbeddingView;
    const late = new Date(Date.parse(view.createdAt) + EMBEDDINGS_QUEUED_MS);
    const cancel = (now: Date) => scene.source.transaction((manager) => cancelStaleEmbeddings(manager, now));
    expect(await cancel(new Date(late.getTime() - 1))).not.toContain(id);
    expect(await cancel(late)).toContain(id);
    const ended = (await scene.get(`/embeddings/${id}`).expect(200)).body as EmbeddingView;
    expect(ended).toMatchObject({
      status: 'canceled',
      reason: 'queued_too_long',
      message: 'No slot was free within 10 minutes.',
    });
    expect(await scene.source.query(`select config->'images' as images from runs where id = $1`, [id])).toEqual([{ images: [] }]);
    expect((await send()).status).toBe(202);
  });
});
