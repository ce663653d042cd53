import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freshRedis, type Fresh } from '#test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Collective, CollectiveTiming } from '../../collective.js';
import { closeAll, settle } from '../../testing/open-ranks.js';
import { bitsOf, referenceReduce, wildFloats } from '../../testing/reference.js';
import { openTcpProxy, type TcpProxy } from '../../testing/tcp-proxy.js';
import { generationKeys, type GenerationKeys } from '../coordination/keys.js';
import { connectRedisStreams } from '../redis-streams/connect-redis-streams.js';
import { connectTcp, type TcpOptions } from './connect-tcp.js';
import { parseEndpoint, type Endpoint } from './endpoint.js';
import { HELLO_BYTES, makeHello } from './handshake.js';

/** Short, so that a fault is seen within a second or two; still long beside what two busy cores make a heartbeat wait. */
const QUICK: Partial<CollectiveTiming> = { heartbeatMs: 50, peerTimeoutMs: 1_500 };

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

type JoinOptions = Partial<Omit<TcpOptions, 'address'>> & { readonly generation?: number };

const optionsOf = (rank: number, worldSize: number, { generation = 1, ...options }: JoinOptions = {}): TcpOptions => ({
  redisUrl: server.url,
  timing: QUICK,
  ...options,
  address: { runId, generation, rank, worldSize },
});
const join = (rank: number, worldSize: number, options: JoinOptions = {}) => connectTcp(optionsOf(rank, worldSize, options));

/** Puts a proxy before the door of a rank. */
async function behindProxy({ host, port }: Endpoint): Promise<Endpoint> {
  const proxy = await openTcpProxy(`redis://${host}:${port}`);
  proxies.push(proxy);
  return { host: '127.0.0.1', port: Number(new URL(proxy.url).port) };
}

/** Three ranks; what others read of rank 2 goes through a proxy. */
async function withRank2BehindProxy(): Promise<{ ranks: Collective[]; proxy: TcpProxy }> {
  const ranks = await Promise.all([join(0, 3), join(1, 3), connectTcp(optionsOf(2, 3), behindProxy)]);
  await Promise.all(ranks.map((rank) => rank.barrier()));
  return { ranks, proxy: proxies[0]! };
}

const endpointOf = async (rank: number): Promise<Endpoint> => {
  for (;;) {
    const endpoint = parseEndpoint(await redis.hget(keys.state, `endpoint:${rank}`));
    if (endpoint !== null) return endpoint;
    await delay(10);
  }
};

/** Everything that the other end says until it hangs up. */
async function heardBy(socket: Socket): Promise<number> {
  let numBytes = 0;
  socket.on('error', () => undefined).on('data', (bytes) => (numBytes += bytes.length));
  await new Promise((resolve) => socket.on('close', resolve));
  return numBytes;
}

describe('rendezvous', () => {
  it('refuses a rank on another transport, naming both', async () => {
    const first = join(0, 2);
    await endpointOf(0);
    await expect(connectRedisStreams(optionsOf(1, 2))).rejects.toMatchObject({
      code: 'collective_mismatch',
      message: expect.stringMatching(/"redis-streams".*"tcp"/) as string,
      details: { field: 'transport' },
    });
    const ranks = await Promise.all([first, join(1, 2)]);
    await Promise.all(ranks.map((rank) => rank.barrier()));
    await closeAll(ranks);
  });

  it('names a rank that cannot be reached, and where; its peers hear of it', async () => {
    const nowhere = () => ({ host: '127.0.0.1', port: 1 });
    // The one that dials in vain gives up first: otherwise either may be the one whose abort the other hears.
    const patience = (rendezvousTimeoutMs: number) => ({ timing: { ...QUICK, rendezvousTimeoutMs } });
    const outcomes = await Promise.allSettled([
      join(0, 2, patience(800)),
      connectTcp(optionsOf(1, 2, patience(30_000)), nowhere),
    ]);
    expect(outcomes[0]).toMatchObject({
      reason: { code: 'rendezvous_timeout', message: expect.stringContaining('127.0.0.1:1 (ECONNREFUSED)') as string },
    });
    expect(outcomes[1]).toMatchObject({ reason: { code: 'peer_aborted' } });
  });

  it('says which ports it may not have', async () => {
    const { port } = await openDoorOfOther();
    await expect(join(0, 2, { ports: [port, port] })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(`port ${port}`) as string,
    });
  });

  it('lets nobody else in, and reads no more of them than a hello', async () => {
    const first = join(0, 2);
    const { host, port } = await endpointOf(0);
    const stranger = (hello: (challenge: Buffer) => Buffer | null) => {
      const socket = connect({ host, port });
      socket.once('data', (challenge) => {
        const bytes = hello(challenge);
        if (bytes !== null) socket.write(bytes);
      });
      return heardBy(socket);
    };
    const forged = (challenge: Buffer) => {
      const parties = { runId, generation: 1, reader: 1, writer: 0 };
      return makeHello(randomBytes(32).toString('hex'), parties, challenge).hello;
    };
    const strangers = [
      stranger(() => Buffer.from('GET / HTTP/1.1\r\nhost: arcfleet\r\n\r\n'.repeat(10))),
      stranger(() => randomBytes(HELLO_BYTES)),
      stranger(() => randomBytes(1 << 20)),
      stranger(forged),
      ...Array.from({ length: 20 }, () => stranger(() => null)),
    ];
    const ranks = await Promise.all([first, join(1, 2, { timing: { ...QUICK, rendezvousTimeoutMs: 20_000 } })]);
    // All that any of them heard is a challenge; when the peers have met, those who wait are hung up on.
    for (const numBytes of await Promise.all(strangers)) expect([0, 32]).toContain(numBytes);
    const parts = [0, 1].map((rank) => wildFloats(1_000, rank));
    for (const sum of await Promise.all(ranks.map((rank, index) => rank.allReduce(parts[index]!, 'sum')))) {
      expect(bitsOf(sum)).toEqual(bitsOf(referenceReduce(parts, 'sum')));
    }
    await expect(once(connect({ host, port }), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await closeAll(ranks);
  });

  it('ends an older generation when a newer one is joined', async () => {
    const old = await Promise.all([join(0, 2), join(1, 2)]);
    const newer = await Promise.all([join(0, 2, { generation: 2 }), join(1, 2, { generation: 2 })]);
    const outcomes = await settle(old, async (rank) => {
      for (;;) await rank.barrier().then(() => delay(20));
    });
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'stale_generation', details: { newest: 2 } } });
    await expect(join(1, 2)).rejects.toMatchObject({ code: 'stale_generation' });
    await Promise.all(newer.map((rank) => rank.barrier()));
    await closeAll([...old, ...newer]);
  });
});

describe('lost peers', () => {
  it('names the other end of a connection that broke, on all ranks, at once', async () => {
    const { ranks, proxy } = await withRank2BehindProxy();
    const waiting = settle(ranks, (rank) =>
      rank
        .allReduce(new Float32Array(3), 'sum')
        .then(() => delay(200))
        .then(() => rank.barrier())
        .then(() => rank.barrier()),
    );
    proxy.cut();
    for (const outcome of await waiting) {
      expect(outcome).toMatchObject({ reason: { code: expect.stringMatching(/^(peer_lost|peer_aborted)$/) as string } });
    }
    await closeAll(ranks);
  });

  it('names a rank whose connection hangs, though its heart beats in Redis', async () => {
    const { ranks, proxy } = await withRank2BehindProxy();
    proxy.stall();
    const startedAt = performance.now();
    const outcomes = await settle(ranks, (rank) => rank.barrier().then(() => rank.barrier()));
    expect(
      outcomes.some((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code === 'peer_lost'),
    ).toBe(true);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await closeAll(ranks);
  }, 20_000);

  it('hears why a rank gave up, not that its connection broke', async () => {
    const ranks = await Promise.all([join(0, 2), join(1, 2)]);
    await Promise.all(ranks.map((rank) => rank.barrier()));
    const waiting = settle(ranks.slice(0, 1), (rank) => rank.barrier());
    await ranks[1]!.abort('the disk is full');
    await ranks[1]!.close();
    expect((await waiting)[0]).toMatchObject({
      reason: { code: 'peer_aborted', message: expect.stringContaining('disk is full') as string },
    });
    await closeAll(ranks);
  });

  it('ends with a name when Redis is emptied', async () => {
    const ranks = await Promise.all([0, 1, 2].map((rank) => join(rank, 3)));
    await redis.flushdb();
    const outcomes = await settle(ranks, async (rank) => {
      for (;;) await rank.barrier().then(() => delay(20));
    });
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: expect.stringMatching(/^(collective_lost|peer_lost)$/) as string } });
    }
    await closeAll(ranks);
  });
});

describe('sums of many chunks', () => {
  it('keep the bits whatever the ranks do meanwhile, with windows that are smaller than a part', async () => {
    const ranks = await Promise.all([0, 1, 2].map((rank) => join(rank, 3, { chunkBytes: 1_024, windowBytes: 4_096 })));
    const lengths = [20_000, 1, 7_001, 20_000];
    for (const wire of ['float32', 'bfloat16'] as const) {
      const parts = lengths.map((length, call) => ranks.map((_, rank) => wildFloats(length, 10 * call + rank)));
      // Rank 2 comes late: what the others send waits for it in their windows.
      const results = await Promise.all(
        ranks.map(async (rank, index) => {
          if (index === 2) await delay(300);
          return Promise.all(parts.map((of) => rank.allReduce(of[index]!, 'sum', { wire })));
        }),
      );
      for (const [call, of] of parts.entries()) {
        const expected = Buffer.from(referenceReduce(of, 'sum', wire).buffer);
        for (const result of results) expect(Buffer.from(result[call]!.buffer).equals(expected)).toBe(true);
      }
    }
    await closeAll(ranks);
    expect(await redis.keys(`arcfleet:collective:{${runId}}*`)).toEqual([keys.fence]);
  }, 20_000);
});

/** A port that is taken. */
async function openDoorOfOther(): Promise<{ port: number }> {
  const proxy = await openTcpProxy(server.url);
  proxies.push(proxy);
  return { port: Number(new URL(proxy.url).port) };
}
