import { freshRedis, type Fresh } from '#test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collective, Payload } from './collective.js';
import { toBfloat16 } from './protocol/bfloat16.js';
import { bitsOf, referenceReduce, wildFloats } from './testing/reference.js';
import { closeAll, settle, TRANSPORTS } from './testing/open-ranks.js';

/** Small, so that a payload of some hundred bytes is several chunks and an all-reduce of 400 values takes two stages. */
const SIZES = { chunkBytes: 256, straightReduceBytes: 256 };
const WORLDS = [1, 2, 3, 5];

let redis: Fresh;
beforeAll(async () => {
  redis = await freshRedis();
});
afterAll(() => redis.release());

const rowsOf = (rank: number, rows: number): Payload => ({
  dtype: 'float32',
  shape: [rows, 3],
  data: wildFloats(rows * 3, rank + 1),
});

/** The text tells -0 from 0, and one array type from another. */
const textOf = ({ dtype, shape, data }: Payload) => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${dtype} [${shape.join(', ')}] ${data.constructor.name} ${Buffer.from(bytes).toString('hex')}`;
};
const textsOf = (payloads: readonly Payload[]) => payloads.map(textOf);

describe.each(TRANSPORTS)('$name', ({ open, isOnThread }) => {
  describe.each(WORLDS)('%i ranks', (worldSize) => {
    let ranks: Collective[];
    const everyRank = Array.from({ length: worldSize }, (_, rank) => rank);
    const onAll = <T>(act: (collective: Collective, rank: number) => Promise<T>) => Promise.all(ranks.map(act));

    beforeAll(async () => {
      ranks = await open(worldSize, { redisUrl: redis.url, ...SIZES });
    });
    afterAll(() => closeAll(ranks));

    it('knows its rank and its world', () => {
      expect(ranks.map(({ rank, worldSize: size }) => [rank, size])).toEqual(everyRank.map((rank) => [rank, worldSize]));
    });

    it('gathers unequal payloads of all types in rank order, and hands back the own one itself', async () => {
      const payloadsOf = (rank: number): Payload[] => [
        rowsOf(rank, rank === 1 ? 0 : 2 + 9 * rank),
        { dtype: 'int32', shape: [rank + 1], data: Int32Array.from({ length: rank + 1 }, (_, i) => i - (2 ** 31 - rank)) },
        { dtype: 'bytes', shape: [600], data: Uint8Array.from({ length: 600 }, (_, i) => i ^ rank) },
        { dtype: 'float32', shape: [], data: Float32Array.of(Number.NaN) },
        { dtype: 'bfloat16', shape: [50, 3], data: toBfloat16(wildFloats(150, rank)) },
      ];
      for (let kind = 0; kind < 5; kind++) {
        const own = everyRank.map((rank) => payloadsOf(rank)[kind]!);
        const results = await onAll((collective, rank) => collective.allGather(own[rank]!));
        for (const [rank, result] of results.entries()) {
          expect(textsOf(result)).toEqual(textsOf(own));
          expect(result[rank]).toBe(own[rank]);
        }
      }
    });

    it('carries part of a larger array without what lies around it', async () => {
      const results = await onAll((collective, rank) =>
        collective.allGather({ dtype: 'float32', shape: [2], data: Float32Array.of(9, rank, 7, 9).subarray(1, 3) }),
      );
      for (const result of results) expect(result.map(({ data }) => [...data])).toEqual(everyRank.map((rank) => [rank, 7]));
    });

    it.each(['float32', 'bfloat16'] as const)('scatters sums over unequal and empty segments (%s)', async (wire) => {
      for (const counts of [everyRank.map((rank) => (rank === 1 ? 0 : 3 + 40 * rank)), everyRank.map(() => 0)]) {
        const length = counts.reduce((sum, count) => sum + count, 0);
        const parts = everyRank.map((rank) => wildFloats(length, 10 + rank));
        const results = await onAll((collective, rank) => collective.reduceScatter(parts[rank]!, counts, { wire }));
        const whole = referenceReduce(parts, 'sum', wire, false);
        let start = 0;
        for (const [rank, result] of results.entries()) {
          expect(bitsOf(result)).toEqual(bitsOf(whole.subarray(start, start + counts[rank]!)));
          start += counts[rank]!;
        }
      }
    });

    describe.each(['float32', 'bfloat16'] as const)('all-reduce over %s', (wire) => {
      it.each(['sum', 'max'] as const)(
        'gives the bits of a %s in rank order on every rank, at every length',
        async (operation) => {
          for (const length of [0, 1, 4, 33, 400]) {
            const parts = everyRank.map((rank) => wildFloats(length, 100 * length + rank));
            const before = parts.map(bitsOf);
            const results = await onAll((collective, rank) => collective.allReduce(parts[rank]!, operation, { wire }));
            const expected = bitsOf(referenceReduce(parts, operation, wire));
            for (const [rank, result] of results.entries()) {
              expect(bitsOf(result)).toEqual(expected);
              expect(bitsOf(parts[rank]!)).toEqual(before[rank]); // the caller's values stay as they are
              expect(result).not.toBe(parts[rank]);
            }
          }
        },
      );

      it.each(['other memory', 'the values themselves', 'shared memory'])('writes the result into %s', async (memory) => {
        for (const length of [3, 400]) {
          const parts = everyRank.map((rank) => wildFloats(length, 100 * length + rank));
          const expected = bitsOf(referenceReduce(parts, 'sum', wire));
          const results = await onAll(async (collective, rank) => {
            const shared = new Float32Array(new SharedArrayBuffer(4 * length));
            shared.set(parts[rank]!);
            const values = memory === 'shared memory' ? shared : parts[rank]!.slice();
            const into = memory === 'other memory' ? new Float32Array(length) : values;
            expect(await collective.allReduce(values, 'sum', { wire, into })).toBe(into);
            return into;
          });
          for (const result of results) expect(bitsOf(result)).toEqual(expected);
        }
      });

      it.each([1, 40])('keeps -0, denormals, infinities and NaN (%i copies)', async (copies) => {
        const special = [-0, 0, 2 ** -149, -(2 ** -149), 2 ** -126, 3.3895e38, -3.3895e38, Infinity, -Infinity, Number.NaN, 1];
        for (const operation of ['sum', 'max'] as const) {
          // Every special value meets another one on each further rank.
          const parts = everyRank.map((rank) =>
            Float32Array.from({ length: copies * special.length }, (_, i) => special[(i + rank * (i % 3)) % special.length]!),
          );
          const results = await onAll((collective, rank) => collective.allReduce(parts[rank]!, operation, { wire }));
          for (const result of results) expect(bitsOf(result)).toEqual(bitsOf(referenceReduce(parts, operation, wire)));
        }
      });
    });

    it('broadcasts from every root', async () => {
      for (const root of everyRank) {
        const payload = rowsOf(root, root === 0 ? 0 : 20);
        const results = await onAll((collective, rank) => collective.broadcast(rank === root ? payload : null, root));
        for (const result of results) expect(textOf(result)).toBe(textOf(payload));
        expect(results[root]).toBe(payload);
      }
    });

    it('gathers on every root, and gives the others nothing', async () => {
      for (const root of everyRank) {
        const own = everyRank.map((rank) => rowsOf(rank, rank));
        const results = await onAll((collective, rank) => collective.gather(own[rank]!, root));
        for (const [rank, result] of results.entries()) {
          if (rank === root) expect(textsOf(result!)).toEqual(textsOf(own));
          else expect(result).toBeNull();
        }
        expect(results[root]![root]).toBe(own[root]);
      }
    });

    it('lets nobody through a barrier before all have come', async () => {
      const passed: number[] = [];
      const [last, ...others] = [...everyRank].reverse();
      const waiting = others.map((rank) => ranks[rank]!.barrier().then(() => passed.push(rank)));
      // A round trip of the others' later calls: by then an early barrier would be through.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(passed).toEqual([]);
      await ranks[last!]!.barrier();
      await Promise.all(waiting);
      expect(passed).toHaveLength(worldSize - 1);
    });

    it('counts the payload bytes that went out and came in', async () => {
      const before = ranks.map((rank) => rank.traffic());
      await onAll((collective, rank) => collective.allGather(rowsOf(rank, 20)));
      await onAll((collective) => collective.barrier());
      ranks.forEach((rank, index) => {
        const { sentBytes, receivedBytes } = rank.traffic();
        expect(receivedBytes - before[index]!.receivedBytes).toBe(240 * (worldSize - 1));
        expect(sentBytes - before[index]!.sentBytes).toBe(worldSize === 1 ? 0 : 240);
      });
    });

    it('runs any program of calls in flight together, awaited in any order', async () => {
      const length = fc.integer({ min: 0, max: 120 });
      const call = fc.oneof(
        fc.record({
          kind: fc.constant('allReduce' as const),
          length,
          operation: fc.constantFrom('sum' as const, 'max' as const),
          wire: fc.constantFrom('float32' as const, 'bfloat16' as const),
        }),
        fc.record({
          kind: fc.constant('reduceScatter' as const),
          counts: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: worldSize, maxLength: worldSize }),
        }),
        fc.record({
          kind: fc.constant('allGather' as const),
          rows: fc.array(length, { minLength: worldSize, maxLength: worldSize }),
        }),
        fc.record({ kind: fc.constantFrom('broadcast' as const, 'gather' as const), root: fc.nat(worldSize - 1), rows: length }),
        fc.record({ kind: fc.constant('barrier' as const) }),
      );
      type AnyCall = typeof call extends fc.Arbitrary<infer C> ? C : never;
      /** Starts the call on one rank, and says what it must give there. */
      const start = (planned: AnyCall, seed: number, collective: Collective, rank: number): [Promise<unknown>, unknown] => {
        switch (planned.kind) {
          case 'allReduce': {
            const parts = everyRank.map((each) => wildFloats(planned.length, seed + each));
            const { operation, wire } = planned;
            const expected = bitsOf(referenceReduce(parts, operation, wire));
            return [collective.allReduce(parts[rank]!, operation, { wire }).then(bitsOf), expected];
          }
          case 'reduceScatter': {
            const { counts } = planned;
            const sum = (numbers: number[]) => numbers.reduce((total, count) => total + count, 0);
            const parts = everyRank.map((each) => wildFloats(sum(counts), seed + each));
            const begin = sum(counts.slice(0, rank));
            const expected = bitsOf(referenceReduce(parts, 'sum').subarray(begin, begin + counts[rank]!));
            return [collective.reduceScatter(parts[rank]!, counts).then(bitsOf), expected];
          }
          case 'allGather': {
            const own = everyRank.map((each) => rowsOf(seed + each, planned.rows[each]!));
            return [collective.allGather(own[rank]!).then(textsOf), textsOf(own)];
          }
          case 'broadcast': {
            const payload = rowsOf(seed, planned.rows);
            const { root } = planned;
            return [collective.broadcast(rank === root ? payload : null, root).then(textOf), textOf(payload)];
          }
          case 'gather': {
            const own = everyRank.map((each) => rowsOf(seed + each, planned.rows));
            const result = collective.gather(own[rank]!, planned.root).then((all) => all && textsOf(all));
            return [result, rank === planned.root ? textsOf(own) : null];
          }
          case 'barrier':
            return [collective.barrier(), undefined];
        }
      };
      const program = fc.array(call, { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(program, fc.array(fc.nat()), async (calls, order) => {
          const checks = await Promise.all(
            ranks.map(async (collective, rank) => {
              const started = calls.map((planned, index) => start(planned, 1_000 * index, collective, rank));
              const shuffled = started
                .map((pair, index) => ({ pair, key: order[(index + rank) % (order.length || 1)] ?? -index }))
                .sort((a, b) => a.key - b.key)
                .map(({ pair }) => pair);
              const results: [unknown, unknown][] = [];
              for (const [result, expected] of shuffled) results.push([await result, expected]);
              return results;
            }),
          );
          for (const [result, expected] of checks.flat()) expect(result).toEqual(expected);
        }),
        { numRuns: 12, endOnFailure: true },
      );
    });
  });

  describe('when ranks disagree', () => {
    const one: Payload = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
    const disagreements: [string, (rank: Collective) => Promise<unknown>, (rank: Collective) => Promise<unknown>][] = [
      ['operations', (rank) => rank.barrier(), (rank) => rank.allGather(one)],
      ['reductions', (rank) => rank.allReduce(Float32Array.of(1), 'sum'), (rank) => rank.allReduce(Float32Array.of(1), 'max')],
      ['lengths', (rank) => rank.allReduce(new Float32Array(400), 'sum'), (rank) => rank.allReduce(new Float32Array(399), 'sum')],
      [
        'counts',
        (rank) => rank.reduceScatter(new Float32Array(3), [1, 1, 1]),
        (rank) => rank.reduceScatter(new Float32Array(3), [2, 1, 0]),
      ],
      [
        'wire types',
        (rank) => rank.allReduce(Float32Array.of(1), 'sum'),
        (rank) => rank.allReduce(Float32Array.of(1), 'sum', { wire: 'bfloat16' }),
      ],
      ['dtypes', (rank) => rank.allGather(one), (rank) => rank.allGather({ ...one, dtype: 'int32', data: Int32Array.of(1) })],
      ['inner axes', (rank) => rank.allGather({ ...one, shape: [1, 1] }), (rank) => rank.allGather(one)],
    ];

    // All of them are found by the protocol; a thread only has to carry the error.
    it.each(isOnThread ? disagreements.slice(0, 1) : disagreements)(
      'about %s, all reject with collective_mismatch, then and later',
      async (_, one, other) => {
        const ranks = await open(3, { redisUrl: redis.url, ...SIZES });
        const first = await settle(ranks, (rank, index) => (index === 1 ? other(rank) : one(rank)));
        const second = await settle(ranks, (rank) => rank.barrier());
        expect([...first, ...second].map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual(
          Array.from({ length: 6 }, () => expect.objectContaining({ code: 'collective_mismatch' })),
        );
        await closeAll(ranks);
      },
    );
  });

  it('rejects on every rank soon when ranks disagree about the root, though a root itself waits for nobody', async () => {
    const ranks = await open(3, { redisUrl: redis.url });
    const payload = rowsOf(0, 1);
    const first = await settle(ranks, (rank) => rank.broadcast(rank.rank === 0 ? payload : null, rank.rank === 1 ? 2 : 0));
    expect(first[1]).toMatchObject({ reason: { code: 'collective_mismatch', details: { rank: 0, field: 'root' } } });
    for (const outcome of await settle(ranks, (rank) => rank.barrier())) {
      expect(outcome).toMatchObject({ reason: { code: 'collective_mismatch' } });
    }
    await closeAll(ranks);
  });

  it('refuses arguments that do not fit, and tells the peers', async () => {
    const ranks = await open(2, { redisUrl: redis.url });
    const [own, peer] = await settle(ranks, (rank) =>
      rank.rank === 0 ? rank.reduceScatter(new Float32Array(3), [1, 1]) : rank.reduceScatter(new Float32Array(2), [1, 1]),
    );
    expect(own).toMatchObject({ reason: { code: 'shape_mismatch' } });
    expect(peer).toMatchObject({ reason: { code: 'peer_aborted', details: { rank: 0, cause: 'shape_mismatch' } } });
    await closeAll(ranks);
  });

  it('tells every peer of an abort, and why', async () => {
    const ranks = await open(3, { redisUrl: redis.url });
    const waiting = settle(ranks.slice(1), (rank) => rank.barrier());
    await Promise.all([ranks[0]!.abort('the operator stopped the run'), ranks[0]!.abort('again')]);
    const reason = expect.objectContaining({
      code: 'peer_aborted',
      message: expect.stringContaining('operator stopped') as string,
    });
    expect(await waiting).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await expect(ranks[0]!.barrier()).rejects.toMatchObject({ code: 'peer_aborted' });
    await closeAll(ranks);
  });

  it('names the rank that left while it was needed', async () => {
    const ranks = await open(3, { redisUrl: redis.url });
    await Promise.all(ranks.map((rank) => rank.barrier()));
    const waiting = settle(ranks.slice(0, 2), (rank) => rank.barrier());
    await ranks[2]!.close();
    for (const outcome of await waiting) expect(outcome).toMatchObject({ reason: { code: 'peer_lost', details: { rank: 2 } } });
    await closeAll(ranks);
  });

  it('hands over what it sent before it left', async () => {
    const ranks = await open(2, { redisUrl: redis.url, ...SIZES });
    const payload = rowsOf(0, 50);
    const sent = ranks[0]!.broadcast(payload, 0).then(() => ranks[0]!.close());
    // The peer makes its call only when the other one is already leaving.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(textOf(await ranks[1]!.broadcast(null, 0))).toBe(textOf(payload));
    await sent;
    await ranks[1]!.close();
  });

  it('refuses calls after close, and closes twice without harm', async () => {
    const ranks = await open(2, { redisUrl: redis.url });
    await Promise.all([closeAll(ranks), closeAll(ranks)]);
    await expect(ranks[0]!.barrier()).rejects.toMatchObject({ code: 'peer_aborted' });
  });

  it('gives up a live rank that stays silent beyond its patience', async () => {
    const ranks = await open(2, { redisUrl: redis.url, timing: { progressMs: 200, heartbeatMs: 50 } });
    await expect(ranks[0]!.barrier()).rejects.toMatchObject({ code: 'peer_lost', details: { rank: 1 } });
    await closeAll(ranks);
  });

  it('waits for a slow rank as long as its lease, and no longer than its patience once the lease is used', async () => {
    const ranks = await open(2, { redisUrl: redis.url, timing: { progressMs: 300, heartbeatMs: 50 } });
    ranks[1]!.extendLease(60_000, 'checkpoint');
    const first = ranks[0]!.barrier();
    await new Promise((resolve) => setTimeout(resolve, 900));
    await ranks[1]!.barrier();
    await first;
    // The lease was for that call: what follows is bound by patience again.
    const startedAt = performance.now();
    await expect(ranks[0]!.barrier()).rejects.toMatchObject({ code: 'peer_lost', details: { rank: 1, phase: 'checkpoint' } });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await closeAll(ranks);
  }, 20_000);

  it('keeps a lease that was given after frames which come later', async () => {
    const ranks = await open(2, { redisUrl: redis.url, timing: { progressMs: 300, heartbeatMs: 50 } });
    // Rank 1 has called and sent before it asks for patience: that frame must not use up the lease.
    const early = ranks[1]!.barrier();
    ranks[1]!.extendLease(60_000, 'model');
    await ranks[0]!.barrier();
    await early;
    const second = ranks[0]!.barrier();
    await new Promise((resolve) => setTimeout(resolve, 900));
    await ranks[1]!.barrier();
    await second;
    await closeAll(ranks);
  });
});
