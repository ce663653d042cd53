import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBody, ApiScene } from '../testing/api-scene.js';

const ORIGIN = 'https://dashboard.test';
let closed: ApiScene;
let open: ApiScene;
beforeAll(async () => {
  closed = await ApiScene.open();
  open = await ApiScene.open({ beside: closed, access: { corsOrigins: [ORIGIN, 'http://localhost:5173'] } });
});
afterAll(async () => {
  await open?.close();
  await closed?.close();
});

const preflight = (api: ApiScene, origin: string, path = '/runs') =>
  api.as(null).request('options', path).set('origin', origin).set('access-control-request-method', 'POST');
const aboutOrigins = (headers: Record<string, string>): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('without origins', () => {
  it('no answer lets a page of another origin in', async () => {
    expect(aboutOrigins((await closed.get('/runs').set('origin', ORIGIN).expect(200)).headers)).toEqual([]);
    expect(aboutOrigins((await preflight(closed, ORIGIN).expect(401)).headers)).toEqual([]);
  });
});

describe('with origins', () => {
  it('a preflight from one of them is answered without a key, and the same for every path', async () => {
    const { headers } = await preflight(open, ORIGIN).expect(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': expect.stringContaining('DELETE'),
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      'access-control-max-age': '600',
      vary: expect.stringContaining('Origin'),
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const { headers: elsewhere } = await preflight(open, ORIGIN, '/nothing').expect(204);
    expect(aboutOrigins(elsewhere)).toEqual(aboutOrigins(headers));
  });

  it('its pages can read answers, errors and headers that mean something', async () => {
    for (const [request, status] of [
      [open.get('/runs'), 200],
      [open.as(null).get('/runs'), 401],
      [open.post('/runs', aBody({ maxSteps: 0 })), 422],
    ] as const) {
      const { headers } = await request.set('origin', ORIGIN).expect(status);
      expect(headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-expose-headers': expect.stringContaining('RateLimit'),
      });
    }
  });

  it.each([
    'https://evil.test',
    'https://dashboard.test.evil.test',
    'http://dashboard.test',
    'https://dashboard.test:8443',
    'null',
  ])('pages of %s stay out', async (origin) => {
    const { headers } = await open.get('/runs').set('origin', origin).expect(200);
    expect(aboutOrigins(headers)).toEqual([]);
    expect(headers['vary']).toContain('Origin');
    expect(aboutOrigins((await preflight(open, origin).expect(401)).headers)).toEqual([]);
  });

  it('an OPTIONS that is no preflight needs a key', async () => {
    await open.as(null).request('options', '/runs').set('origin', ORIGIN).expect(401);
  });
});
