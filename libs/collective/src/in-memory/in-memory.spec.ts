import { expect, it } from 'vitest';
import { createInMemoryCollectives } from './create-in-memory-collectives.js';

it('gives every rank the same sum', async () => {
  const ranks = createInMemoryCollectives(3);
  const sums = await Promise.all(ranks.map((rank) => rank.allReduce(Float32Array.of(rank.rank, 1, 0.1), 'sum')));
  for (const sum of sums) expect([...sum]).toEqual([3, 3, Math.fround(Math.fround(Math.fround(0.1) * 2) + Math.fround(0.1))]);
});

it('scatters the sum by the given counts', async () => {
  const ranks = createInMemoryCollectives(2);
  const parts = await Promise.all(ranks.map((rank) => rank.reduceScatter(Float32Array.of(1, 2, 3), [1, 2])));
  expect(parts.map((part) => [...part])).toEqual([[2], [4, 6]]);
});
