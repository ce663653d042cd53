import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRange } from './byte-range.js';

it('is within the file whatever the header says', () => {
  const number = fc.oneof(fc.nat().map(String), fc.constant(''), fc.stringMatching(/^[0-9a-z-]{0,18}$/));
  fc.assert(
    fc.property(number, number, fc.nat(), (first, last, size) => {
      const range = parseRange(`bytes=${first}-${last}`, size);
      if (range === null || range === 'unsatisfiable') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(size);
    }),
  );
});

it('knows no range of an empty file', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
  expect(parseRange(undefined, 0)).toBeNull();
});
