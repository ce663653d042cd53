import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#persistence';
import { API_ROUTES } from '../app.module.js';
import { aBody, PUBLIC_URL } from '../testing/api-scene.js';
import { ModelScene } from '../testing/model-scene.js';
import { allowedMethods } from './allowed-methods.js';

interface Answer {
  urls: Record<string, string | null>;
}

let scene: ModelScene;
beforeAll(async () => {
  scene = await ModelScene.open();
});
afterAll(() => scene?.close());

async function create(path: string, body: object): Promise<{ answer: Answer; etag: string | undefined; location: string }> {
  const response = await scene.api.post(path, body);
  expect([path, response.status]).toEqual([path, expect.toSatisfy((status) => status === 201 || status === 202)]);
  const { location, etag } = response.headers as { location: string; etag?: string };
  return { answer: response.body as Answer, etag, location };
}

const evaluation = { dataset: '/data', targets: ['lfw'] };
const CREATIONS: readonly [path: string, body: () => object | Promise<object>][] = [
  ['/runs', () => aBody()],
  ['/evaluations', () => ({ ...evaluation, model: { path: '/models/m', epoch: 1 } })],
  ['/models/import', () => ({ path: '/models/m.onnx', name: `m${newId('mdl').slice(4)}` })],
  ['/datasets', () => ({ name: 'faces', path: '/data/faces' })],
  ['/schedules', () => ({ name: 'nightly', cron: '0 2 * * *', evaluation: { ...evaluation, models: { all: true } } })],
  ['/webhooks', () => ({ url: 'https://example.org/hook' })],
  ['/keys', () => ({ name: 'ci', grants: ['runs:read'] })],
];

describe.each(CREATIONS)('POST %s', (path, body) => {
  it('answers with links that can be followed, its place, and the ETag that a change is bound to', async () => {
    const { answer, etag, location } = await create(path, await body());
    expect(location).toBe(answer.urls['self']);
    const own = Object.values(answer.urls).filter((url) => url !== null);
    expect(own.filter((url) => !url.startsWith(`${PUBLIC_URL}/`))).toEqual([]);
    const paths = own.map((url) => url.slice(PUBLIC_URL.length));
    expect(paths.filter((each) => allowedMethods(API_ROUTES, each) === null)).toEqual([]);
    // Streams stay open and files are not there yet.
    const readable = paths.filter((each) => !/\/(events|files)$/.test(each) && allowedMethods(API_ROUTES, each)!.includes('GET'));
    for (const each of readable) expect([each, (await scene.api.get(each)).status]).toEqual([each, 200]);
    expect(etag).toBe((await scene.api.get(location.slice(PUBLIC_URL.length))).headers['etag']);
  });
});
