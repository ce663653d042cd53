import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddingConfigSchema } from '#contracts';
import { createEmbeddingRequest } from '#persistence';
import { API_ROUTES } from '../../apps/api/src/app.module.js';
import { ApiScene } from '../../apps/api/src/testing/api-scene.js';
import { seedRuns } from '../load/seed.js';
import type { Json } from './arbitrary.js';
import { Contract, type Answer, type Parameter } from './contract.js';
import { requestsTo, type GeneratedRequest } from './requests.js';

const NUM_REQUESTS = 12;
const SEED = 20_260_301;

/** As `POST /models/:id/embeddings` writes it. */
const EMBEDDING = embeddingConfigSchema.parse({
  images: [{ data: 'iVBORw0KGgo=' }],
  model: { id: null, path: '/models/model' },
});

let scene: ApiScene;
let contract: Contract;
/** Ids that answers have shown by prefix, and cursors: later requests name them. */
const seen = new Map<string, Set<string>>();
/** How often each operation has done what it is for. */
const successes = new Map<string, number>();

beforeAll(async () => {
  scene = await ApiScene.open();
  contract = new Contract((await scene.get('/openapi.json')).body as Json);
  await seedRuns(scene.source, { runs: 400, measured: 400, steps: 5 });
  await scene.source.transaction((manager) => createEmbeddingRequest(manager, EMBEDDING));
  for (const path of ['/runs', '/evaluations', '/tasks', '/models', '/recipes'])
    learn((await scene.get(`${path}?limit=100`)).text);
  learn((await scene.source.query<{ id: string }[]>(`select id from runs where kind = 'embedding'`))[0]!.id);
});
afterAll(() => scene?.close());

function learn(text: string): void {
  for (const [id] of text.matchAll(/\b[a-z]{2,4}_[0-9a-z]{20}\b/g)) note(id.slice(0, id.indexOf('_')), id);
  for (const [, cursor] of text.matchAll(/[?&]cursor=([\w-]+)/g)) note('cursor', cursor!);
  for (const [, name] of text.matchAll(/"name":"([a-z][\w.-]+)","description"/g)) note('name', name!);
}

function note(kind: string, value: string): void {
  const known = seen.get(kind) ?? new Set();
  if (known.size < 20) seen.set(kind, known.add(value));
}

function seenOf({ name, schema }: Parameter): string[] {
  const prefix = /^\^([a-z]+)_/.exec(String(schema['pattern']))?.[1];
  return [...(seen.get(prefix ?? name) ?? [])];
}

async function send({ url, method, headers, body }: GeneratedRequest): Promise<Answer> {
  const leaving = new AbortController();
  const response = await fetch(scene.url + url, {
    method,
    headers,
    signal: leaving.signal,
    ...(body === undefined ? {} : { body }),
  });
  const contentType = response.headers.get('content-type') ?? '';
  // An event stream stays open as long as its run does.
  const isStream = contentType.startsWith('text/event-stream');
  const text = isStream ? '' : await response.text();
  if (isStream) leaving.abort();
  learn(text);
  return { status: response.status, contentType, text };
}

describe.each(API_ROUTES.map(({ id }) => id))('%s', (id) => {
  it.each([false, true])('answers as the document says; requests are wrong: %s', async (isWrong) => {
    const operation = contract.operations.find((each) => each.id === id)!;
    await fc.assert(
      fc.asyncProperty(requestsTo(contract, operation, { isWrong, seen: seenOf }), async (request) => {
        const answer = await send(request);
        expect(answer.status).toBeLessThan(500);
        expect(contract.judge(operation, answer)).toEqual([]);
        if (answer.status < 300) successes.set(id, (successes.get(id) ?? 0) + 1);
      }),
      { numRuns: NUM_REQUESTS, seed: SEED },
    );
  });
});

describe('the requests', () => {
  /** What generated requests cannot bring about: no bytes at random are a JPEG. */
  const BEYOND = ['models.embeddings'];

  it('do what each operation is for, and not only fail', () => {
    expect(API_ROUTES.map(({ id }) => id).filter((id) => !successes.has(id) && !BEYOND.includes(id))).toEqual([]);
  });
});
