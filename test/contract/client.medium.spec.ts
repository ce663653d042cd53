import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, createClient, events, pages, waitFor, type ArcFleetClient, type JobEvent } from '#client';
import { appendRunEvent } from '#persistence';
import { aBody, ApiScene } from '../../apps/api/src/testing/api-scene.js';

let scene: ApiScene;
let client: ArcFleetClient;
const requests: Request[] = [];
/** What stands between client and server; by default nothing. */
let send: typeof fetch = fetch;

beforeAll(async () => {
  scene = await ApiScene.open();
  client = createClient({
    baseUrl: `${scene.url}/`,
    key: () => keyOf(scene),
    fetch: (request) => {
      requests.push(request as Request);
      return send(request);
    },
  });
});
afterEach(() => {
  send = fetch;
  requests.length = 0;
});
afterAll(() => scene?.close());

const keyOf = ({ headers }: ApiScene): string => headers['authorization']!.replace('Bearer ', '');
const at = (id: string) => ({ params: { path: { id } } });
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
/** Breaks every stream off in the middle of the event that comes after `count` others. */
const breakingAfter =
  (count: number): typeof fetch =>
  async (request) => {
    const response = await fetch(request);
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let left = count;
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const text = decoder.decode(value, { stream: true });
        const parts = text.split(/(?<=\n\n)/);
        for (const part of parts) {
          if (part.includes('id: ') && left-- <= 0) {
            controller.enqueue(new TextEncoder().encode(part.slice(0, -10)));
            void reader.cancel();
            return controller.error(new TypeError('terminated'));
          }
          controller.enqueue(new TextEncoder().encode(part));
        }
      },
    });
    return new Response(body, response);
  };

describe('the client', () => {
  it('creates and reads with the types of the document, and sends its key', async () => {
    const create = async () => {
      const request = { body: aBody({ name: 'typed' }), params: { header: { 'Idempotency-Key': 'k1' } } };
      return (await client.POST('/runs', request)).data as { id: string };
    };
    const created = await create();
    const { data } = await client.GET('/runs/{id}', at(created.id));
    expect(data).toMatchObject({ name: 'typed', status: 'queued' });
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(Array(2).fill(scene.headers['authorization']));
    expect((await create()).id).toBe(created.id);
  });

  it('throws a problem with its code, status and fields', async () => {
    const error = await client.POST('/runs', { body: aBody({ maxSteps: 0 }) }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'validation_failed', status: 422, isTransient: false });
    expect((error as ApiError).problem?.errors?.map(({ pointer }) => pointer)).toEqual(['/maxSteps']);
    expect((error as ApiError).message).toContain('/maxSteps');
  });

  it('says what got no answer, and passes the reason of an abort on', async () => {
    const nowhere = createClient({ baseUrl: 'http://127.0.0.1:1' });
    await expect(nowhere.GET('/health')).rejects.toMatchObject({ code: 'unavailable', status: 0, isTransient: true });
    const reason = new Error('changed my mind');
    await expect(client.GET('/health', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('does not take the page of a proxy for an answer of the API', async () => {
    send = () => Promise.resolve(new Response('<html>', { status: 502, headers: { 'retry-after': '7' } }));
    await expect(client.GET('/runs')).rejects.toMatchObject({ code: 'unavailable', status: 502, problem: null, retryAfter: 7 });
  });

  it('gives all entries of a list, page after page', async () => {
    for (let index = 0; index < 5; index += 1) await scene.aRun('starting');
    const query = { status: ['starting' as const], limit: 2 };
    const ask = (cursor?: string) => client.GET('/runs', { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } });
    const ids = (await collect(pages(ask, ({ runs }) => runs))).map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    expect(requests).toHaveLength(3);
  });
});

describe('events', () => {
  it('come each once and in order, however often the stream breaks off', async () => {
    const id = await scene.aRun('starting', 'running');
    await scene.source.transaction(async (manager) => {
      for (let step = 1; step <= 20; step += 1) await appendRunEvent(manager, id, { type: 'progress', data: { step } });
    });
    await scene.move(id, 'succeeded');
    send = breakingAfter(3);
    const seen = await collect(events(client, id, { pauseMs: 1 }));
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
    expect(seen.at(-1)).toMatchObject({ type: 'transition', data: { status: 'succeeded' } });
    expect(requests.length).toBeGreaterThan(seen.length / 4);
    const after = requests.map(({ headers }) => Number(headers.get('last-event-id') ?? 0));
    expect(after).toEqual([...after].sort((a, b) => a - b));
    expect(await collect(events(client, id, { after: seen.length }))).toEqual([]);
  });

  it('begin behind the event that is named, and end at once for a run that there is not', async () => {
    const id = await scene.aRun('starting', 'running', 'succeeded');
    expect((await collect(events(client, id, { after: 2 }))).map(({ seq }) => seq)).toEqual([3, 4]);
    await expect(collect(events(client, 'run_00000000000000000000'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(collect(events(client, 'mdl_00000000000000000000'))).rejects.toThrow(TypeError);
  });

  it('stop with the reason of the signal, also on a silent stream', async () => {
    const id = await scene.aRun();
    const leaving = new AbortController();
    const reading = (async () => {
      for await (const event of events(client, id, { signal: leaving.signal })) {
        expect(event.seq).toBe(1);
        leaving.abort(new Error('left'));
      }
    })();
    await expect(reading).rejects.toThrow('left');
  });

  it('give up when the API stays away', async () => {
    const nowhere = createClient({ baseUrl: 'http://127.0.0.1:1' });
    const id = 'run_00000000000000000000';
    await expect(collect(events(nowhere, id, { pauseMs: 1, awayMs: 20 }))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('waitFor', () => {
  it('resolves with the run as it ended, over broken connections', async () => {
    const id = await scene.aRun('starting');
    send = breakingAfter(1);
    const seen: JobEvent[] = [];
    const waiting = waitFor(client, id as `run_${string}`, {
      pauseMs: 1,
      onEvent: (event) => {
        seen.push(event);
        if (event.seq === 2) void scene.move(id, 'running').then(() => scene.move(id, 'failed'));
      },
    });
    expect(await waiting).toMatchObject({ id, status: 'failed', step: 0 });
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});
