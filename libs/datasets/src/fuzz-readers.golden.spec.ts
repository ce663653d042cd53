import { expect, it } from 'vitest';
import { fuzzReader, READERS } from './testing/fuzz-readers.js';

it.each(READERS)('%s: 10,000 damaged files are read or refused with file and place', async (reader) => {
  const result = await fuzzReader(reader, 10_000);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  expect(result.refused).toBeGreaterThan(0);
});
