import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthSchema } from '#contracts';
import { aBody, ApiScene, problemOf, VERSION } from '../testing/api-scene.js';
import { TcpGate } from '../testing/tcp-gate.js';

let scene: ApiScene;
let gate: TcpGate;
beforeAll(async () => {
  scene = await ApiScene.open({
    route: async (databaseUrl) => {
      const opened = await TcpGate.open(databaseUrl);
      gate = opened.gate;
      return opened.url;
    },
  });
});
afterAll(async () => {
  await scene?.close();
  await gate?.shut();
});

const INSIDE = /\bat .*\.(js|ts):\d|node_modules|QueryFailed|ECONN|127\.0\.0\.1|postgres:\/\/|select |insert |whsec_/i;

describe('GET /health', () => {
  it('is 200 with the version while Postgres answers', async () => {
    const response = await scene.get('/health').expect(200);
    expect(healthSchema.parse(response.body)).toEqual({ status: 'ok', version: VERSION, checks: { postgres: { status: 'ok' } } });
    // From now on the API knows the key without a database.
    await scene.get('/runs').expect(200);
  });
});

describe('without a database', () => {
  beforeAll(() => gate.shut());
  afterAll(() => gate.reopen());

  it('health is 503 and says which part is missing, and nothing of where it is', async () => {
    const response = await scene.get('/health').expect(503);
    expect(healthSchema.parse(response.body)).toMatchObject({ status: 'degraded', checks: { postgres: { status: 'failed' } } });
    expect(response.text).not.toMatch(INSIDE);
  });

  it.each([
    ['GET', '/runs'],
    ['GET', '/runs/run_00000000000000000000'],
    ['GET', '/runs/run_00000000000000000000/events'],
    ['GET', '/runs/run_00000000000000000000/metrics'],
    ['POST', '/runs/run_00000000000000000000/cancel'],
    ['POST', '/runs'],
  ])('%s %s is 503, and may be tried again', async (method, path) => {
    const webhooks = [{ url: 'https://a.test/hook', secret: `whsec_${'A'.repeat(32)}` }];
    const response = await (method === 'GET' ? scene.get(path) : scene.post(path, aBody({ webhooks }))).expect(503);
    expect(problemOf(response)).toMatchObject({ code: 'unavailable', instance: path });
    expect(response.headers['retry-after']).toBe('1');
    expect(response.text).not.toMatch(INSIDE);
  });

  it('bad input is still told, and the document still shown', async () => {
    await scene.post('/runs', { maxSteps: 0 }).expect(422);
    await scene.get('/openapi.json').expect(200);
  });
});

describe('when the database is back', () => {
  it('the API works on without a restart', async () => {
    await scene.get('/health').expect(200);
    await scene.post('/runs', aBody()).expect(202);
  });
});

describe('an unexpected error', () => {
  it('is 500 and tells nothing of the inside, while the log does, without secrets', async () => {
    const secret = `whsec_${'B'.repeat(32)}`;
    await scene.source.query('alter table webhook_endpoints rename column secret to away');
    try {
      const response = await scene.post('/runs', aBody({ webhooks: [{ url: 'https://a.test/hook', secret }] })).expect(500);
      expect(problemOf(response)).toEqual({
        type: 'urn:arcfleet:problem:internal',
        title: 'An unexpected error',
        status: 500,
        detail: 'An unexpected error; the log of the API has the details.',
        code: 'internal',
        instance: '/runs',
      });
    } finally {
      await scene.source.query('alter table webhook_endpoints rename column away to secret');
    }
    const logged = scene.logLines.filter((line) => line.includes('request failed')).at(-1);
    expect(logged).toContain('webhook_endpoints');
    expect(scene.logLines.join('')).not.toMatch(/whsec_[AB]{8}|B{32}/);
  });
});
