import { expect, it } from 'vitest';
import { fuzzReader, READERS } from './testing/fuzz-readers.js';

// fuzz-readers.golden.spec.ts reads ten times as many.
it.each(READERS)('%s: 1,000 damaged files are read or refused with file and place', async (reader) => {
  const { refused, accepted } = await fuzzReader(reader, 1_000);
  expect(refused).toBeGreaterThan(0);
  expect(refused + accepted).toBe(1_000);
});
