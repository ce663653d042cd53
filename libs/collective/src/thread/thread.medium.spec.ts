import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { TRANSPORTS, type Transport } from '#contracts';
import { freshRedis, type Fresh } from '#test-support';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CollectiveTiming } from '../collective.js';
import { closeAll } from '../testing/open-ranks.js';
import { connectCollective } from './connect-collective.js';

const QUICK: Partial<CollectiveTiming> = { heartbeatMs: 50, peerTimeoutMs: 1_500 };

let redis: Fresh;
const children: ChildProcess[] = [];
beforeAll(async () => {
  redis = await freshRedis();
});
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => redis.release());

const optionsOf = (
  runId: string,
  rank: number,
  worldSize: number,
  timing: Partial<CollectiveTiming> = QUICK,
  transport: Transport = 'redis-streams',
) => ({
  transport,
  redisUrl: redis.url,
  timing,
  address: { runId, generation: 1, rank, worldSize },
});

/** Ranks 0 .. n-2 here, the last one in a process of its own; returns once all have passed a barrier. */
async function withLastRankApart(worldSize: number, behavior: 'idle' | 'block', timing = QUICK, transport?: Transport) {
  const runId = randomUUID();
  const options = JSON.stringify(optionsOf(runId, worldSize - 1, worldSize, timing, transport));
  const child = fork(new URL('../testing/rank-main.js', import.meta.url), [options, behavior]);
  children.push(child);
  const ready = once(child, 'message');
  const ranks = await Promise.all(
    Array.from({ length: worldSize - 1 }, (_, rank) => connectCollective(optionsOf(runId, rank, worldSize, timing, transport))),
  );
  await Promise.all([ready, ...ranks.map((rank) => rank.barrier())]);
  return { ranks, child };
}

it.each(TRANSPORTS)(
  'names a rank whose process was killed, on all others, within 10 s with the default timing (%s)',
  async (transport) => {
    const { ranks, child } = await withLastRankApart(3, 'idle', {}, transport);
    const waiting = Promise.allSettled(ranks.map((rank) => rank.allReduce(new Float32Array(10), 'sum')));
    const killedAt = performance.now();
    child.kill('SIGKILL');
    for (const outcome of await waiting) expect(outcome).toMatchObject({ reason: { code: 'peer_lost', details: { rank: 2 } } });
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    await closeAll(ranks);
  },
  40_000,
);

it.each(TRANSPORTS)('keeps the heartbeat of a rank whose main thread is inside a kernel (%s)', async (transport) => {
  const timing = { heartbeatMs: 50, peerTimeoutMs: 1_000, progressMs: 2_500 };
  const { ranks } = await withLastRankApart(2, 'block', timing, transport);
  // Far beyond the peer timeout it still counts as alive: what ends the wait is patience.
  const startedAt = performance.now();
  await expect(ranks[0]!.barrier()).rejects.toMatchObject({
    code: 'peer_lost',
    message: expect.stringContaining('is alive') as string,
  });
  expect(performance.now() - startedAt).toBeGreaterThan(2_400);
  await closeAll(ranks);
});

it.each(TRANSPORTS)('takes values from shared memory, and leaves the caller its own memory (%s)', async (transport) => {
  const runId = randomUUID();
  const ranks = await Promise.all([0, 1].map((rank) => connectCollective(optionsOf(runId, rank, 2, QUICK, transport))));
  const shared = new Float32Array(new SharedArrayBuffer(16)).fill(2);
  const own = new Float32Array(4).fill(3);
  const sums = await Promise.all([ranks[0]!.allReduce(shared, 'sum'), ranks[1]!.allReduce(own, 'sum')]);
  for (const sum of sums) expect([...sum]).toEqual([5, 5, 5, 5]);
  expect([...shared, ...own]).toEqual([2, 2, 2, 2, 3, 3, 3, 3]);
  await closeAll(ranks);
});

it('hands on what the rendezvous was refused for', async () => {
  const refused = connectCollective(optionsOf(randomUUID(), 0, 2, { ...QUICK, rendezvousTimeoutMs: 200 }));
  await expect(refused).rejects.toMatchObject({ code: 'rendezvous_timeout', details: { rank: 0, joined: 1 } });
});

it('needs no Redis for a world of one', async () => {
  const alone = await connectCollective({ ...optionsOf('alone', 0, 1), redisUrl: 'redis://127.0.0.1:1' });
  expect([...(await alone.allReduce(Float32Array.of(1, 2), 'sum'))]).toEqual([1, 2]);
  await alone.close();
});
