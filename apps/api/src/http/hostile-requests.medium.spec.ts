import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
let empty: Record<string, number>;
beforeAll(async () => {
  scene = await ApiScene.open({ access: { requestTimeoutMs: 300 } });
  empty = await scene.countRows();
});
afterAll(() => scene?.close());

const sendText = (text: string) => scene.post('/runs').set('content-type', 'application/json').send(text);

/** Sends bytes as they are and waits until the server has closed the connection. */
function exchange(write: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(scene.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => write(socket));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('a body that is JSON and a trap', () => {
  it.each([
    '{"__proto__": {"admin": true}, "dataset": {"path": "/d"}}',
    '{"dataset": {"path": "/d", "__proto__": {"x": 1}}}',
    '{"dataset": {"path": "/d"}, "labels": {"__proto__": "x"}}',
    '[[{"__proto__": null}]]',
    '{"dataset": {"path": "/d"}, "constructor": {"prototype": {"admin": true}}}',
    '{"dataset": {"path": "/d"}, "labels": {"prototype": "x"}}',
  ])('%s is 400', async (text) => {
    expect(problemOf(await sendText(text).expect(400))).toMatchObject({
      code: 'malformed_body',
      detail: expect.stringContaining('cannot be a name'),
    });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('other names that objects have are names like any other', async () => {
    const labels = { toString: 'y', hasOwnProperty: 'z' };
    const run = await sendText(JSON.stringify({ ...aBody(), labels })).expect(202);
    expect((run.body as { labels: unknown }).labels).toEqual(labels);
    expect(pointersOf(await sendText('{"dataset": {"path": "/d"}, "maxSteps": 5, "valueOf": 1}').expect(422))).toEqual([
      '/valueOf',
    ]);
    empty = await scene.countRows();
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('nested without end in %s is 400 and costs nothing', async (open, close) => {
    for (const depth of [33, 40_000]) {
      const text = `{"labels":${open.repeat(depth)}1${close.repeat(depth)}}`;
      expect(problemOf(await sendText(text.slice(0, 262_144)).expect(400)).code).toBe('malformed_body');
    }
    await scene.get('/health').expect(200);
  });

  it.each(['{"a":1,}', 'NaN', '{"a":1e999', "{'a':1}", '\ufeff{', '{"a":"\u0001"}'])('%s is 400', async (text) => {
    expect(problemOf(await sendText(text).expect(400)).code).toBe('malformed_body');
  });

  it('with a field twice is taken by the last, as JSON has it, and checked like any other', async () => {
    expect(pointersOf(await sendText('{"dataset": {"path": "/d"}, "maxSteps": 5, "maxSteps": 0}').expect(422))).toEqual([
      '/maxSteps',
    ]);
  });
});

describe('a request line that is a trap', () => {
  it('too many query parameters are refused with a small answer', async () => {
    const query = Array.from({ length: 2_000 }, (_, index) => `a${index}=1`).join('&');
    const response = await scene.get(`/runs?${query}`).expect(422);
    expect(problemOf(response).errors?.length).toBeLessThanOrEqual(50);
    expect(response.text.length).toBeLessThan(10_000);
  });

  it.each([
    '/runs?__proto__[x]=1',
    '/runs?constructor[prototype][x]=1',
    '/runs?limit[]=1',
    '/runs?limit=1&limit=2',
    '/runs?status[$ne]=x',
  ])('%s is 422', async (path) => {
    await scene.get(path).expect(422);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('headers larger than 16 kB are 431', async () => {
    const answer = await exchange((socket) =>
      socket.write(`GET /health HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length that is none', 'Content-Length: 5x\r\n\r\nhello'],
  ])('%s are 400: no proxy may read another request out of it', async (_, rest) => {
    const answer = await exchange((socket) => socket.write(`POST /runs HTTP/1.1\r\nHost: a\r\n${rest}`));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    '/runs/..%2f..%2fetc%2fpasswd',
    '/runs/%2e%2e',
    '/models/..%5c..%5cx',
    '/recipes/..%2fx',
    '/keys/%00',
    '/recipes/__proto__',
    '/recipes/constructor',
  ])('%s leads nowhere', async (path) => {
    expect(problemOf(await scene.get(path).expect(404)).code).toBe('not_found');
  });

  it('a CR or LF in a parameter makes no header', async () => {
    const response = await scene.get('/runs?limit=1%0d%0aX-Evil:1').expect(422);
    expect(response.headers).not.toHaveProperty('x-evil');
  });
});

describe('a client that is slow on purpose', () => {
  const head = (rest: string): string => `POST /runs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${scene.key}\r\n${rest}`;

  it('is cut off while it sends headers', async () => {
    expect(await exchange((socket) => socket.write(head('X-Half')))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is cut off while it sends its body', async () => {
    const answer = await exchange((socket) =>
      socket.write(head('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{')),
    );
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('leaves nothing behind', async () => {
    expect(await scene.countRows()).toEqual(empty);
    await scene.get('/health').expect(200);
  });
});
