import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { freshRedis, type Fresh } from '#test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Collective, CollectiveTiming } from '../../collective.js';
import { encodeHeader, type FrameHeader } from '../../protocol/frame.js';
import { bitsOf, referenceReduce, wildFloats } from '../../testing/reference.js';
import { closeAll, settle } from '../../testing/open-ranks.js';
import { openTcpProxy, type TcpProxy } from '../../testing/tcp-proxy.js';
import { connectRedisStreams, type RedisStreamsOptions } from './connect-redis-streams.js';
import { generationKeys, type GenerationKeys } from '../coordination/keys.js';

/** Short, so that a fault is seen within a second or two; still long beside what two busy cores make a heartbeat wait. */
const QUICK: Partial<CollectiveTiming> = { heartbeatMs: 50, peerTimeoutMs: 1_000 };

let server: Fresh;
let redis: Redis;
let runId: string;
let keys: GenerationKeys;
const proxies: TcpProxy[] = [];

beforeAll(async () => {
  server = await freshRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.release();
});
beforeEach(() => {
  runId = randomUUID();
  keys = generationKeys(runId, 1);
});
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

type JoinOptions = Partial<Omit<RedisStreamsOptions, 'address'>> & { readonly generation?: number };

function join(rank: number, worldSize: number, { generation = 1, ...options }: JoinOptions = {}): Promise<Collective> {
  return connectRedisStreams({
    redisUrl: server.url,
    timing: QUICK,
    ...options,
    address: { runId, generation, rank, worldSize },
  });
}

/** All ranks of generation 1; `ofRank` adds to the options of one. */
function joinAll(worldSize: number, options: JoinOptions = {}, ofRank: (rank: number) => JoinOptions = () => ({})) {
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => join(rank, worldSize, { ...options, ...ofRank(rank) })));
}

async function proxied(): Promise<TcpProxy> {
  const proxy = await openTcpProxy(server.url);
  proxies.push(proxy);
  return proxy;
}

const keysOfRun = async () => (await redis.keys(`arcfleet:collective:{${runId}}*`)).sort();
/** Waits until `check` holds; a test that never sees it fails by its time limit. */
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(10);
}
const hasJoined = (rank: number) => until(async () => (await redis.hexists(keys.state, `rank:${rank}`)) === 1);
const bytes = (length: number, fill = 1) => ({
  dtype: 'bytes' as const,
  shape: [length],
  data: new Uint8Array(length).fill(fill),
});

describe('rendezvous', () => {
  it('waits for a rank that comes late', async () => {
    const first = join(0, 2);
    await hasJoined(0);
    const ranks = [await join(1, 2), await first];
    await Promise.all(ranks.map((rank) => rank.barrier()));
    await closeAll(ranks);
  });

  it('ends with a name when a rank does not come, and one that comes after that is told at once', async () => {
    const timing = { ...QUICK, rendezvousTimeoutMs: 300 };
    await expect(join(0, 2, { timing })).rejects.toMatchObject({ code: 'rendezvous_timeout', details: { joined: 1 } });
    const startedAt = performance.now();
    await expect(join(1, 2)).rejects.toMatchObject({
      code: 'peer_aborted',
      details: { rank: 0, cause: 'rendezvous_timeout' },
    });
    expect(performance.now() - startedAt).toBeLessThan(900); // no peer timeout was waited for
    expect((await keysOfRun()).filter((key) => /:(all|to|inbox):/.test(key))).toEqual([]);
  });

  it('tells those who still wait that a rank gave up', async () => {
    const patient = join(0, 3);
    const impatient = join(1, 3, { timing: { ...QUICK, rendezvousTimeoutMs: 200 } });
    await expect(impatient).rejects.toMatchObject({ code: 'rendezvous_timeout' });
    await expect(patient).rejects.toMatchObject({ code: 'peer_aborted', details: { rank: 1, cause: 'rendezvous_timeout' } });
  });

  it('names a Redis that does not answer', async () => {
    const proxy = await proxied();
    proxy.cut();
    const timing = { ...QUICK, rendezvousTimeoutMs: 200 };
    await expect(join(0, 2, { redisUrl: proxy.url, timing })).rejects.toMatchObject({
      code: 'rendezvous_timeout',
      details: { joined: null },
    });
  });

  it('refuses a second process of a rank, and the first one goes on', async () => {
    const ranks = await joinAll(2);
    await expect(join(1, 2)).rejects.toMatchObject({ code: 'stale_generation' });
    await Promise.all(ranks.map((rank) => rank.barrier()));
    await closeAll(ranks);
  });

  it.each([
    ['world size', { worldSize: 3, token: 'one' }, 'worldSize'],
    ['token', { worldSize: 2, token: 'two' }, 'token'],
  ])('refuses a rank with another %s', async (_, { worldSize, token }, field) => {
    const first = join(0, 2, { token: 'one' });
    await hasJoined(0);
    await expect(join(1, worldSize, { token })).rejects.toMatchObject({ code: 'collective_mismatch', details: { field } });
    const ranks = await Promise.all([first, join(1, 2, { token: 'one' })]);
    await Promise.all(ranks.map((rank) => rank.barrier()));
    await closeAll(ranks);
  });

  it('lets a rank without a token join any', async () => {
    const ranks = await joinAll(3, {}, (rank) => (rank === 1 ? { token: 'one' } : {}));
    await closeAll(ranks);
  });

  it('refuses an address that is none', async () => {
    await expect(join(2, 2)).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('generations', () => {
  it('ends the old one when a newer one is joined, and refuses to join the old one again', async () => {
    const old = await joinAll(2);
    const waiting = settle(old.slice(0, 1), (rank) => rank.barrier());
    const newer = await joinAll(2, { generation: 2 });
    for (const outcome of await waiting)
      expect(outcome).toMatchObject({ reason: { code: 'stale_generation', details: { newest: 2 } } });
    await expect(join(1, 2)).rejects.toMatchObject({ code: 'stale_generation' });
    await Promise.all(newer.map((rank) => rank.barrier()));
    await closeAll([...old, ...newer]);
  });

  it('renews the fence with every heartbeat, also when Redis has lost it', async () => {
    const ranks = await joinAll(2);
    await redis.pexpire(keys.fence, 5_000);
    await until(async () => (await redis.pttl(keys.fence)) > 86_400_000);
    await redis.del(keys.fence);
    await until(async () => (await redis.get(keys.fence)) === '1');
    await closeAll(ranks);
  });
});

describe('lost peers', () => {
  it('names a rank whose connection is gone, on all others', async () => {
    const proxy = await proxied();
    const ranks = await joinAll(3, {}, (rank) => (rank === 2 ? { redisUrl: proxy.url } : {}));
    await Promise.all(ranks.map((rank) => rank.barrier()));
    const waiting = settle(ranks, (rank) => rank.allReduce(new Float32Array(3), 'sum'));
    proxy.cut();
    const outcomes = await waiting;
    for (const outcome of outcomes.slice(0, 2))
      expect(outcome).toMatchObject({ reason: { code: 'peer_lost', details: { rank: 2 } } });
    // It cannot tell its own fate from that of Redis.
    expect(outcomes[2]).toMatchObject({ reason: { code: 'collective_lost' } });
    await closeAll(ranks);
  });

  it('names a rank whose connections hang', async () => {
    const proxy = await proxied();
    const ranks = await joinAll(2, {}, (rank) => (rank === 1 ? { redisUrl: proxy.url } : {}));
    await Promise.all(ranks.map((rank) => rank.barrier()));
    const waiting = ranks[0]!.barrier();
    proxy.stall();
    await expect(waiting).rejects.toMatchObject({ code: 'peer_lost', details: { rank: 1 } });
    await closeAll(ranks);
  });

  it('goes on after connections broke for a moment, with nothing lost and nothing doubled', async () => {
    const proxy = await proxied();
    const ranks = await joinAll(2, { chunkBytes: 256 }, (rank) => (rank === 1 ? { redisUrl: proxy.url } : {}));
    for (let round = 0; round < 15; round++) {
      const parts = ranks.map((_, rank) => wildFloats(1_000, 2 * round + rank));
      const sums = Promise.all(ranks.map((rank, index) => rank.allReduce(parts[index]!, 'sum')));
      if (round % 3 === 0) proxy.reset();
      for (const sum of await sums) expect(bitsOf(sum)).toEqual(bitsOf(referenceReduce(parts, 'sum')));
    }
    await closeAll(ranks);
  });
});

describe('a Redis that loses data', () => {
  it('is a named error on every rank when it is emptied', async () => {
    const ranks = await joinAll(3);
    await Promise.all(ranks.map((rank) => rank.barrier()));
    const waiting = settle(ranks.slice(0, 2), (rank) => rank.allReduce(new Float32Array(100), 'sum'));
    await redis.flushdb();
    const outcomes = [
      ...(await waiting),
      ...(await settle(ranks.slice(2), (rank) => rank.allReduce(new Float32Array(100), 'sum'))),
    ];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: expect.stringMatching(/^(collective_lost|peer_lost)$/) as string } });
    }
    await closeAll(ranks);
  });

  it('never gives wrong sums, wherever between the calls it is emptied', async () => {
    const ranks = await joinAll(2, { chunkBytes: 64, straightReduceBytes: 64 });
    const rounds = Array.from({ length: 40 }, (_, round) => ranks.map((_, rank) => wildFloats(100, 2 * round + rank)));
    const flushed = delay(15).then(() => redis.flushdb());
    const outcomes = await settle(ranks, async (rank, index) => {
      for (const parts of rounds) {
        expect(bitsOf(await rank.allReduce(parts[index]!, 'sum'))).toEqual(bitsOf(referenceReduce(parts, 'sum')));
      }
      await rank.allGather(bytes(10));
      await delay(2_000); // a rank that needs nothing more notices by its heartbeat
      await rank.barrier();
    });
    await flushed;
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: expect.stringMatching(/^(collective_lost|peer_lost)$/) as string } });
    }
    await closeAll(ranks);
  });

  it('notices a stream that is gone, and an entry that is missing', async () => {
    for (const harm of [
      () => redis.del(keys.all(1)),
      async () => {
        // An entry with number 3 where number 2 is due.
        await redis.xadd(keys.all(1), '3-9', 'h', 'x', 'a', 'y', 'd', 'z');
      },
    ]) {
      const ranks = await joinAll(2);
      await Promise.all(ranks.map((rank) => rank.barrier()));
      await harm();
      // The rank whose entries are gone may pass the first barrier; the other one tells it.
      const outcomes = await settle(ranks, (rank) => rank.barrier().then(() => rank.barrier()));
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code)).toEqual([
        'collective_lost',
        'collective_lost',
      ]);
      await closeAll(ranks);
      runId = randomUUID();
      keys = generationKeys(runId, 1);
    }
  });
});

describe('frames that a peer could not have sent', () => {
  const header: FrameHeader = {
    operation: 'barrier',
    reduction: null,
    wire: 'float32',
    root: null,
    agreement: 0,
    generation: 1,
    from: 1,
    sequence: 0,
    stage: 0,
    chunk: 0,
    numChunks: 1,
    totalBytes: 0,
    offset: 0,
    checksum: 0,
    dtype: 'bytes',
    shape: [0],
  };
  const forge = (change: Partial<FrameHeader>) =>
    redis.xadd(keys.all(1), '1-1', 'h', Buffer.from(encodeHeader({ ...header, ...change })), 'a', Buffer.alloc(8 * 3), 'd', '');

  it('takes a forged frame that is right, so that the ones below are refused for what is wrong with them', async () => {
    const ranks = await joinAll(3);
    await forge({});
    await Promise.all([ranks[0]!.barrier(), ranks[2]!.barrier()]);
    await ranks[0]!.abort('done');
    await closeAll(ranks);
  });

  it.each([
    ['in the name of another rank', { from: 2 }],
    ['with a shape that does not have its bytes', { shape: [4] }],
    ['of a stage that does not exist', { stage: 7 }],
  ])('%s end the collective', async (_, change) => {
    const ranks = await joinAll(3);
    await forge(change);
    const outcomes = await settle([ranks[0]!, ranks[2]!], (rank) => rank.barrier());
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'collective_mismatch', details: { rank: 1 } } });
    await closeAll(ranks);
  });

  it('of an older generation are not taken for its part', async () => {
    const ranks = await joinAll(3, { timing: { ...QUICK, progressMs: 300 } });
    await forge({ generation: 0 });
    await expect(ranks[0]!.barrier()).rejects.toMatchObject({ code: 'peer_lost' });
    await closeAll(ranks);
  });
});

describe('what lies in Redis', () => {
  const bytesIn = async (key: string) => {
    const entries = (await redis.xrangeBuffer(key, '-', '+')) as [Buffer, Buffer[]][];
    return entries.reduce((sum, [, fields]) => sum + fields[5]!.length, 0);
  };

  it('stays within the window while a peer does not consume', async () => {
    const ranks = await joinAll(2, { chunkBytes: 1_000, windowBytes: 4_000 });
    const calls = Array.from({ length: 30 }, (_, index) => ranks[0]!.allGather(bytes(1_000, index)));
    await until(async () => (await bytesIn(keys.all(0))) > 3_000);
    await delay(100);
    expect(await bytesIn(keys.all(0))).toBe(4_000);
    for (let index = 0; index < 30; index++) {
      const [of0] = await ranks[1]!.allGather(bytes(500));
      expect(of0!.data[0]).toBe(index);
      expect(await bytesIn(keys.all(0))).toBeLessThanOrEqual(4_000 + 4_000); // consumed ones may still lie there
    }
    await Promise.all(calls);
    await closeAll(ranks);
  });

  it('is trimmed within some heartbeats where a lane stays idle', async () => {
    const ranks = await joinAll(2);
    await Promise.all(ranks.map((rank) => rank.allGather(bytes(100_000))));
    await until(async () => (await bytesIn(keys.all(0))) + (await bytesIn(keys.all(1))) === 0);
    // What was trimmed is not missed.
    await Promise.all(ranks.map((rank) => rank.allGather(bytes(1_000))));
    await closeAll(ranks);
  }, 5_000);

  it('is nothing but the fence after close', async () => {
    const ranks = await joinAll(3);
    for (let round = 0; round < 5; round++) {
      await Promise.all(ranks.map((rank) => rank.allReduce(new Float32Array(50_000), 'sum')));
    }
    await closeAll(ranks);
    expect(await keysOfRun()).toEqual([keys.fence]);
  });
});

describe('leaving', () => {
  it('waits for a peer that is slow to take what was sent', async () => {
    const proxy = await proxied();
    const ranks = await joinAll(2, {}, (rank) => (rank === 1 ? { redisUrl: proxy.url } : {}));
    await Promise.all(ranks.map((rank) => rank.barrier()));
    proxy.stall('r1-reader');
    for (let fill = 0; fill < 5; fill++) await ranks[0]!.broadcast(bytes(100, fill), 0);
    const closing = ranks[0]!.close();
    await delay(700);
    proxy.heal();
    for (let fill = 0; fill < 5; fill++) expect((await ranks[1]!.broadcast(null, 0)).data).toEqual(bytes(100, fill).data);
    await closing;
    await ranks[1]!.close();
    expect(await keysOfRun()).toEqual([keys.fence]);
  });

  it('leaves a live peer behind that took nothing for too long; that one learns it soon, by name', async () => {
    const proxy = await proxied();
    const ranks = await joinAll(2, {}, (rank) => (rank === 1 ? { redisUrl: proxy.url } : {}));
    await Promise.all(ranks.map((rank) => rank.barrier()));
    proxy.stall('r1-reader'); // its heart beats on
    for (let fill = 0; fill < 5; fill++) await ranks[0]!.broadcast(bytes(100, fill), 0);
    await ranks[0]!.close();
    const waiting = Promise.all([0, 1, 2, 3, 4].map(() => ranks[1]!.broadcast(null, 0)));
    const healedAt = performance.now();
    proxy.heal();
    await expect(waiting).rejects.toMatchObject({ code: 'peer_lost', details: { rank: 0 } });
    expect(performance.now() - healedAt).toBeLessThan(6_000);
    await ranks[1]!.close();
  }, 20_000);
});
