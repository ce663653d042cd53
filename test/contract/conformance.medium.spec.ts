import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddingConfigSchema } from '#contracts';
import { createEmbeddingRequest } from '#persistence';
import { API_ROUTES } from '../../apps/api/src/app.module.js';
import { ApiScene } from '../../apps/api/src/testing/api-scene.js';
import { seedOthers } from '../load/seed-others.js';
import { seedRuns } from '../load/seed.js';
import type { Json } from './arbitrary.js';
import { Contract, type Answer, type Parameter } from './contract.js';
import { requestsTo, type GeneratedRequest } from './requests.js';

const NUM_REQUESTS = 12;
const SEED = 20_260_301;
const NUM_OTHERS = 40;
const MOST_SEEN = 30;
/** Whose entries have what other requests name. */
const LISTS = ['/runs', '/evaluations', '/tasks', '/models', '/recipes', '/datasets', '/schedules', '/webhooks', '/keys'];
/** Values that no pattern leads to, by the name of their parameter. */
const KNOWN = {
  id: ['seeded-1', 'seeded-2', 'seeded-3', 'seeded-4'],
  alias: ['production', 'alias-2', 'alias-3', 'alias-4', 'alias-5', 'alias-6'],
  file: ['model.safetensors', 'model.onnx'],
  // Nobody is there who would embed.
  wait: ['0'],
};

/** As `POST /models/:id/embeddings` writes it. */
const EMBEDDING = embeddingConfigSchema.parse({
  images: [{ data: 'iVBORw0KGgo=' }],
  model: { id: null, path: '/models/model' },
});

let scene: ApiScene;
let storageRoot: string;
let contract: Contract;
/** Ids that answers have shown by prefix, and cursors: later requests name them. */
const seen = new Map<string, Set<string>>();
/** How often each operation has done what it is for. */
const successes = new Map<string, number>();

beforeAll(async () => {
  storageRoot = await mkdtemp(join(tmpdir(), 'arcfleet-contract-'));
  scene = await ApiScene.open({ storageRoot });
  contract = new Contract((await scene.get('/openapi.json')).body as Json);
  await seedRuns(scene.source, { runs: 400, measured: 400, steps: 5 });
  await seedOthers(scene.source, { each: NUM_OTHERS, storageRoot });
  await scene.source.transaction((manager) => createEmbeddingRequest(manager, EMBEDDING));
  for (const path of LISTS) learn((await scene.get(`${path}${path.includes('?') ? '&' : '?'}limit=100`).expect(200)).text);
  learn((await scene.source.query<{ id: string }[]>(`select id from runs where kind = 'embedding'`))[0]!.id);
  for (const id of seen.get('whep') ?? []) learn((await scene.get(`/webhooks/${id}/deliveries`).expect(200)).text);
  for (const id of seen.get('dts') ?? []) note('ref', id);
  for (const [kind, values] of Object.entries(KNOWN)) values.forEach((value) => note(kind, value));
});
afterAll(async () => {
  await scene?.close();
  await rm(storageRoot, { recursive: true, force: true });
});

function learn(text: string): void {
  for (const [id] of text.matchAll(/\b[a-z]{2,4}_[0-9a-z]{20}\b/g)) note(id.slice(0, id.indexOf('_')), id);
  for (const [, cursor] of text.matchAll(/[?&]cursor=([\w-]+)/g)) note('cursor', cursor!);
  for (const [, name] of text.matchAll(/"name":"([a-z][\w.-]+)","description"/g)) note('name', name!);
}

function note(kind: string, value: string): void {
  // Whose key is revoked hears nothing but 401.
  if (value === scene.keyId) return;
  const known = seen.get(kind) ?? new Set();
  if (known.size < MOST_SEEN) seen.set(kind, known.add(value));
}

function seenOf({ name, schema }: Parameter): string[] {
  const prefix = /^\^\(?([a-z]+)_/.exec(String(schema['pattern']))?.[1];
  return [...(seen.get(prefix ?? name) ?? [])];
}

async function send({ url, method, headers, body }: GeneratedRequest): Promise<Answer> {
  const leaving = new AbortController();
  const response = await fetch(scene.url + url, {
    method,
    headers: { ...scene.headers, ...headers },
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

const takesAway = (id: string): number => Number(/\.(delete|disable|revoke|removeAlias)$/.test(id));
/** What takes things away comes last: the others need them. */
const IDS = API_ROUTES.map(({ id }) => id).sort((a, b) => takesAway(a) - takesAway(b));

describe.each(IDS)('%s', (id) => {
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
  it('do what each operation is for, and not only fail', () => {
    expect(IDS.filter((id) => !successes.has(id))).toEqual([]);
  });
});
