import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

/** What one process of clients is to do. */
export interface ClientWork {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly keys: readonly string[];
  /** Part of the clients that the first key has; null: all keys have as many. */
  readonly greedy: number | null;
  readonly runIds: readonly string[];
  readonly body: unknown;
}

export interface Sample {
  readonly kind: string;
  readonly status: number;
  readonly ms: number;
  /** Index of the key. */
  readonly key: number;
  readonly hasRetryAfter: boolean;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An event stream is read until all that is stored has come. */
  readonly isStream?: boolean;
}

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!;

/** The mix, in parts of 100. */
const MIX: readonly (readonly [number, string, (work: ClientWork) => Call])[] = [
  [20, 'GET /runs', () => ({ method: 'GET', path: '/runs?limit=20' })],
  [5, 'GET /runs?status', () => ({ method: 'GET', path: '/runs?limit=20&status=failed' })],
  [40, 'GET /runs/{id}', ({ runIds }) => ({ method: 'GET', path: `/runs/${pick(runIds)}` })],
  [10, 'GET /runs/{id}/metrics', ({ runIds }) => ({ method: 'GET', path: `/runs/${pick(runIds)}/metrics` })],
  [5, 'GET /models', () => ({ method: 'GET', path: '/models?limit=20' })],
  [
    10,
    'POST /runs',
    ({ body }) => ({
      method: 'POST',
      path: '/runs',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    }),
  ],
  [10, 'GET /runs/{id}/events', ({ runIds }) => ({ method: 'GET', path: `/runs/${pick(runIds)}/events`, isStream: true })],
];

/** Index of the key that a client uses. */
function keyOf(client: number, { keys, greedy, connections }: ClientWork): number {
  if (greedy === null || keys.length === 1) return client % keys.length;
  const many = Math.round(connections * greedy);
  return client < many ? 0 : 1 + ((client - many) % (keys.length - 1));
}

async function client(pool: Pool, work: ClientWork, index: number, until: number, samples: Sample[]): Promise<void> {
  const key = keyOf(index, work);
  const auth = { authorization: `Bearer ${work.keys[key]}` };
  while (performance.now() < until) {
    let dice = Math.random() * 100;
    const [, kind, make] = MIX.find(([share]) => (dice -= share) < 0) ?? MIX[0]!;
    const { method, path, body, headers = {} } = make(work);
    const start = performance.now();
    try {
      const answer = await pool.request({ method, path, headers: { ...auth, ...headers }, ...(body ? { body } : {}) });
      await answer.body.dump({ limit: 10_000_000 });
      const hasRetryAfter = answer.headers['retry-after'] !== undefined;
      samples.push({ kind, status: answer.statusCode, ms: performance.now() - start, key, hasRetryAfter });
      // A client of good manners waits a little; not all that it is told, or there would be nothing to measure.
      if (answer.statusCode === 429) await delay(50);
    } catch {
      samples.push({ kind, status: 0, ms: performance.now() - start, key, hasRetryAfter: false });
    }
  }
}

process.once('message', async (work: ClientWork) => {
  const pool = new Pool(work.url, { connections: work.connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const samples: Sample[] = [];
  const until = performance.now() + work.seconds * 1_000;
  await Promise.all(Array.from({ length: work.connections }, (_, index) => client(pool, work, index, until, samples)));
  await pool.close();
  process.send?.(samples, () => process.disconnect());
});
