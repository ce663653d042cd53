import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ArcFleetError } from '#contracts';
import type { Frame } from '../protocol/frame.js';
import { bitsOf, referenceReduce, wildFloats } from '../testing/reference.js';
import { createInMemoryCollectives, createInMemoryGroup } from './create-in-memory-collectives.js';

const CHUNKS = { chunkBytes: 16, straightReduceBytes: 64 };

/** Holds frames back; `release` hands them over in the order of `picks`, some of them twice. */
function heldBack() {
  const held: (() => void)[] = [];
  return {
    delivery: (_to: number, _frame: Frame, deliver: () => void) => void held.push(deliver),
    /** True when something was handed over. */
    release(pick: () => number): boolean {
      const batch = held.splice(0);
      while (batch.length > 0) {
        const [deliver] = batch.splice(pick() % batch.length, 1);
        deliver!();
        if (pick() % 3 === 0) deliver!();
        // Some come again much later, when their call is long done.
        if (pick() % 7 === 0) held.push(deliver!);
      }
      return held.length > 0;
    },
  };
}

it('gives the same bits whatever the order of delivery, with duplicates early and late', async () => {
  const order = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
      order,
      async (n, lengths, picks) => {
        const { delivery, release } = heldBack();
        const ranks = createInMemoryCollectives(n, { ...CHUNKS, delivery });
        const parts = lengths.map((length, call) => ranks.map((_, rank) => wildFloats(length, 10 * call + rank)));
        let isDone = false;
        const results = Promise.all(
          ranks.map((rank, index) => Promise.all(parts.map((of) => rank.allReduce(of[index]!, 'sum')))),
        ).finally(() => (isDone = true));
        let turn = 0;
        while (!isDone) {
          release(() => picks[turn++ % picks.length]!);
          await nextTurn();
        }
        for (const result of await results) {
          expect(result.map(bitsOf)).toEqual(parts.map((of) => bitsOf(referenceReduce(of, 'sum'))));
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('counts a chunk that comes twice once', async () => {
  const ranks = createInMemoryCollectives(2, {
    ...CHUNKS,
    delivery: (_to, _frame, deliver) =>
      queueMicrotask(() => {
        deliver();
        deliver();
      }),
  });
  await Promise.all(ranks.map((rank) => rank.allReduce(new Float32Array(10), 'sum')));
  expect(ranks.map((rank) => rank.traffic())).toEqual([
    { sentBytes: 40, receivedBytes: 40 },
    { sentBytes: 40, receivedBytes: 40 },
  ]);
});

it('names the rank whose frame never comes', async () => {
  const ranks = createInMemoryCollectives(3, {
    progressMs: 100,
    delivery: (to, { header }, deliver) => {
      if (!(to === 0 && header.from === 2)) queueMicrotask(deliver);
    },
  });
  const [own] = await Promise.allSettled(ranks.map((rank) => rank.barrier()));
  expect(own).toMatchObject({ reason: { code: 'peer_lost', details: { rank: 2, operation: 'barrier', sequence: 0 } } });
  await expect(ranks[1]!.barrier()).rejects.toMatchObject({ code: 'peer_lost', details: { rank: 2, reportedBy: 0 } });
  // It lives: it hears that it was given up.
  await expect(ranks[2]!.barrier()).rejects.toMatchObject({ code: 'peer_aborted', details: { cause: 'peer_lost' } });
});

it('names the rank that vanished, on all others', async () => {
  const { collectives, kill } = createInMemoryGroup(3);
  const waiting = Promise.allSettled(collectives.slice(0, 2).map((rank) => rank.barrier()));
  kill(2);
  for (const outcome of await waiting) expect(outcome).toMatchObject({ reason: { code: 'peer_lost', details: { rank: 2 } } });
});

/** Two ranks whose frames pass through `change` on their way to rank 0. */
function altered(change: (header: Frame['header'], data: Uint8Array) => void) {
  return createInMemoryCollectives(2, {
    ...CHUNKS,
    progressMs: 100,
    generation: 5,
    delivery: (to, frame, deliver) => {
      if (to === 0) {
        const header = { ...frame.header };
        change(header, frame.data);
        (frame as { header: Frame['header'] }).header = header;
      }
      queueMicrotask(deliver);
    },
  });
}

it.each([
  ['of a newer generation ends this one', { generation: 6 }, { code: 'stale_generation', details: { newest: 6 } }],
  ['with a shape that does not have its bytes', { shape: [11] }, { code: 'collective_mismatch', details: { rank: 1 } }],
  ['that lies beyond its message', { offset: 32 }, { code: 'collective_mismatch', details: { rank: 1 } }],
  ['that lies where another one does', { offset: 0 }, { code: 'collective_mismatch', details: { rank: 1 } }],
  ['with a number of chunks that is none', { numChunks: 0 }, { code: 'collective_mismatch', details: { rank: 1 } }],
] as const)('a frame %s', async (_, change, error) => {
  const ranks = altered((header) => Object.assign(header, change));
  const [first] = await Promise.allSettled(ranks.map((rank) => rank.allReduce(new Float32Array(10), 'sum')));
  expect(first).toMatchObject({ reason: error });
});

it('a frame of an older generation counts as never sent', async () => {
  const ranks = altered((header) => Object.assign(header, { generation: 4 }));
  const outcomes = await Promise.allSettled(ranks.map((rank) => rank.allReduce(new Float32Array(10), 'sum')));
  // Both wait for each other then; whoever gives up first names the other one, and the other one hears of it.
  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as ArcFleetError) : null));
  const lost = reasons.findIndex((reason) => reason?.code === 'peer_lost');
  expect(reasons[lost]?.details).toMatchObject({ rank: 1 - lost });
  expect(['peer_lost', 'peer_aborted']).toContain(reasons[1 - lost]?.code);
});

it('notices a damaged chunk', async () => {
  const ranks = altered((_, data) => {
    if (data.length > 0) data[0]! ^= 1;
  });
  const outcomes = await Promise.allSettled(ranks.map((rank) => rank.allReduce(new Float32Array(10), 'sum')));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'collective_lost' });
  expect(outcomes[0]!.status).toBe('rejected');
});
