import { controlKeys, type LogBatch } from '#contracts';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRedis, whenReady } from '../connection.js';
import { appendLogs, readLogs, removeLogs } from './log-stream.js';

let server: Fresh;
let redis: Redis;
beforeAll(async () => {
  server = await freshRedis();
  redis = createRedis(server.url, 'fail-fast');
  await whenReady(redis);
});
beforeEach(() => redis.flushdb());
afterAll(async () => {
  redis?.disconnect();
  await server?.release();
});

const aBatch = (line: number): LogBatch => ({
  runId: 'run',
  generation: 1,
  rank: 0,
  workerId: 'w',
  lines: [{ line, at: '2026-11-25T12:00:00.000Z', level: 'info', message: 'm', fields: { a: [1, 'é'] } }],
});

it('keeps batches in order until they are removed, and expires', async () => {
  await appendLogs(redis, [aBatch(0), aBatch(1)]);
  await appendLogs(redis, [aBatch(2)]);
  const entries = await readLogs(redis, 2);
  expect(entries.map(({ batch }) => batch)).toEqual([aBatch(0), aBatch(1)]);
  await removeLogs(
    redis,
    entries.map(({ id }) => id),
  );
  expect((await readLogs(redis, 10)).map(({ batch }) => batch?.lines[0]?.line)).toEqual([2]);
  expect(await redis.pttl(controlKeys.logs)).toBeGreaterThan(0);
});

it('shows what is no batch for what it is', async () => {
  await redis.xadd(controlKeys.logs, '*', 'batch', '{"runId":1}');
  await redis.xadd(controlKeys.logs, '*', 'other', 'x');
  const entries = await readLogs(redis, 10);
  expect(entries.map(({ batch, problem }) => [batch, typeof problem])).toEqual([
    [null, 'string'],
    [null, 'string'],
  ]);
});

it('is bounded while nobody reads: the oldest go', async () => {
  const last = 2_499;
  for (let from = 0; from <= last; from += 500) {
    await appendLogs(
      redis,
      Array.from({ length: 500 }, (_, index) => aBatch(from + index)),
    );
  }
  const entries = await readLogs(redis, 10_000);
  expect(entries.length).toBeLessThan(2_200);
  expect(entries.at(-1)?.batch?.lines[0]?.line).toBe(last);
});
