import type { WorkerRecord } from '#contracts';
import { beat, createRedis, leave } from '#queue';
import { freshRedis, type Fresh } from '#test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.js';

const { signal } = new AbortController();
let server: Fresh;
let redis: ReturnType<typeof createRedis>;

beforeAll(async () => {
  server = await freshRedis();
  redis = createRedis(server.url, 'fail-fast');
  await new Promise((resolve) => redis.once('ready', resolve));
});
afterAll(async () => {
  redis.disconnect();
  await server.release();
});

function worker(workerId: string): WorkerRecord {
  const at = new Date().toISOString();
  const idle = { slots: 1, busy: [], draining: false };
  return { workerId, host: 'h', pid: 1, version: '0', engine: 'auto', ...idle, startedAt: at, at };
}

it('tells workers that come and go, and whether the fleet is back to zero', async () => {
  await beat(redis, worker('a'));
  await beat(redis, worker('b'));
  const changes: string[] = [];
  let onChange!: () => void;
  const changed = new Promise<void>((resolve) => (onChange = resolve));
  const watch = new FleetWatch(server.url, (before, now) => {
    changes.push(`${before} -> ${now}`);
    onChange();
  });
  try {
    await changed;
    await leave(redis, 'a');
    expect(await watch.untilEmpty(1_500, signal)).toEqual({ most: 2, left: 1 });
    const emptied = watch.untilEmpty(20_000, signal);
    await leave(redis, 'b');
    expect(await emptied).toEqual({ most: 2, left: 0 });
    expect(changes).toEqual(['0 -> 2', '2 -> 1', '1 -> 0']);

    await expect(
      (async () => {
        await beat(redis, worker('c'));
        await expect.poll(() => changes.at(-1), { timeout: 5_000 }).toBe('0 -> 1');
        await watch.untilEmpty(20_000, AbortSignal.abort(new Error('interrupted')));
      })(),
    ).rejects.toThrow('interrupted');
  } finally {
    watch.close();
  }
}, 30_000);
