import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBody, ApiScene, pointersOf, problemOf } from '../testing/api-scene.js';

let scene: ApiScene;
let empty: Record<string, number>;
beforeAll(async () => {
  scene = await ApiScene.open();
  empty = await scene.countRows();
});
afterAll(() => scene?.close());

const sendText = (type: string, text: string) => scene.post('/runs').set('content-type', type).send(text);
const hook = (url: string) => aBody({ webhooks: [{ url }] });

describe('POST /runs with a body that does not fit', () => {
  it.each<[string, unknown, string[]]>([
    ['a wrong type', aBody({ maxSteps: '10' as never }), ['/maxSteps']],
    ['a number out of range', aBody({ optimizer: { learningRate: -1 } }), ['/optimizer/learningRate']],
    ['an unknown key', aBody({ learningRate: 1 }), ['/learningRate']],
    ['an unknown key deep inside', aBody({ loss: { m: 0.5 } as never }), ['/loss/m']],
    ['a key that a pointer must escape', aBody({ 'a/b~c': 1 }), ['/a~1b~0c']],
    ['a missing field', { maxSteps: 10 }, ['/dataset']],
    ['several wrong fields', aBody({ maxSteps: 0, seed: 1.5 }), ['/maxSteps', '/seed']],
    ['a relative path', aBody({ dataset: { path: 'faces' } }), ['/dataset/path']],
    ['min ranks above max', aBody({ ranks: { min: 3, max: 2 } }), ['/ranks/min']],
    ['a batch that the ranks cannot share', aBody({ ranks: { max: 3 } }), ['/batch/globalBatchSize']],
    ['groups that do not fill a rank', aBody({ batch: { bnGroupSize: 7 } }), ['/batch/bnGroupSize']],
    ['boundaries that fall', aBody({ schedule: { boundaries: [5, 3] } }), ['/schedule/boundaries']],
    ['NUL in a text', aBody({ name: 'a\0b' }), ['/name']],
    ['NUL in a key', aBody({ labels: { 'a\0': 'b' } }), ['/labels']],
    ['half a surrogate pair', aBody({ labels: { team: '\ud800' } }), ['/labels/team']],
    ['a secret of another form', aBody({ webhooks: [{ url: 'https://a.test', secret: 'abc' }] }), ['/webhooks/0/secret']],
    [
      'a webhook event that there is not',
      aBody({ webhooks: [{ url: 'https://a.test', events: ['run.x' as never] }] }),
      ['/webhooks/0/events/0'],
    ],
    ['a webhook that is not http', hook('ftp://a.test/'), ['/webhooks/0/url']],
    ['an array', [], ['']],
    ['null', 'null', ['']],
  ])('names the field of %s', async (_, body, pointers) => {
    const response = await sendText('application/json', typeof body === 'string' ? body : JSON.stringify(body)).expect(422);
    expect(pointersOf(response)).toEqual(pointers);
    expect(problemOf(response)).toMatchObject({
      type: 'urn:arcfleet:problem:validation_failed',
      code: 'validation_failed',
      status: 422,
      instance: '/runs',
    });
    expect(await scene.countRows()).toEqual(empty);
  });

  it.each([
    'http://localhost/hook',
    'http://LOCALHOST./hook',
    'http://api.localhost:8080/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]:9000/',
    'http://[::ffff:192.168.0.1]/',
    'http://[fd00::1]/',
  ])('refuses the private webhook %s', async (url) => {
    const webhooks = [{ url: 'https://a.test/hook' }, { url }];
    const response = await scene.post('/runs', aBody({ webhooks })).expect(422);
    expect(pointersOf(response)).toEqual(['/webhooks/1/url']);
    expect(await scene.countRows()).toEqual(empty);
  });

  it('does not make its answer as large as a hostile body', async () => {
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`unknown_${index}`, 1]));
    const response = await scene.post('/runs', aBody({ ...keys, ['k'.repeat(10_000)]: 1 })).expect(422);
    expect(pointersOf(response)).toHaveLength(50);
    expect(response.text.length).toBeLessThan(40_000);
  });
});

describe('a body that cannot be read', () => {
  it('is 400 when it is no JSON', async () => {
    const response = await sendText('application/json', '{"dataset": ').expect(400);
    expect(problemOf(response)).toMatchObject({ code: 'malformed_body', instance: '/runs' });
  });

  it('is 422 when it is missing', async () => {
    expect(pointersOf(await scene.post('/runs').expect(422))).toEqual(['']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])('is 415 as %s', async (type) => {
    const response = await sendText(type, JSON.stringify(aBody())).expect(415);
    expect(problemOf(response).code).toBe('unsupported_media_type');
  });

  it('is 415 in a charset or an encoding that JSON does not have', async () => {
    await sendText('application/json; charset=latin1', JSON.stringify(aBody())).expect(415);
    await sendText('application/json', JSON.stringify(aBody())).set('content-encoding', 'lzma').expect(415);
  });

  it('is 413 when it is larger than 256 kB, and 422 when it is just not', async () => {
    const ofSize = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes - 11) });
    expect(problemOf(await sendText('application/json', ofSize(256 * 1024 + 1)).expect(413)).code).toBe('payload_too_large');
    await sendText('application/json', ofSize(256 * 1024)).expect(422);
  });

  it('creates nothing', async () => {
    expect(await scene.countRows()).toEqual(empty);
  });
});

describe('a request for what there is not', () => {
  it.each(['/', '/nothing', '/runs/run_1/nothing', '/runs/run_00000000000000000000/events/1'])('GET %s is 404', async (path) => {
    expect(problemOf(await scene.get(path).expect(404))).toMatchObject({ code: 'not_found', instance: path });
  });

  it.each(['', '/events', '/metrics', '/deliveries'])('GET /runs/:id%s of an unknown run is 404', async (rest) => {
    for (const id of ['run_00000000000000000000', 'run_1', 'x%00', "'--"]) {
      expect(problemOf(await scene.get(`/runs/${id}${rest}`).expect(404)).code).toBe('not_found');
    }
  });

  it('POST /runs/:id/cancel of an unknown run is 404', async () => {
    await scene.post('/runs/run_00000000000000000000/cancel').expect(404);
  });

  it('a path that is no URI encoding is 400', async () => {
    expect(problemOf(await scene.get('/runs/%E0%A4%A').expect(400)).code).toBe('malformed_request');
  });

  it('an unknown query parameter is 422 and named', async () => {
    expect(pointersOf(await scene.get('/runs?size=3').expect(422))).toEqual(['/size']);
  });
});

it('a request that is no HTTP does not disturb the API', async () => {
  const { hostname, port } = new URL(scene.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', reject);
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  await scene.get('/health').expect(200);
});

it('every answer has the headers of helmet, an error too, and none tells the framework', async () => {
  for (const path of ['/health', '/nothing']) {
    const { headers } = await scene.get(path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age='),
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  }
});
