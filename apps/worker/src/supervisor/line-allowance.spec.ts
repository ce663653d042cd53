import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineAllowance } from './line-allowance.js';

it('lets a burst pass, and then so many a second', () => {
  const allowance = new LineAllowance(10, 3, 0);
  expect(Array.from({ length: 5 }, () => allowance.take(0))).toEqual([true, true, true, false, false]);
  expect([allowance.take(99), allowance.take(100), allowance.take(100)]).toEqual([false, true, false]);
});

it('never lets more pass than the burst and what the time allows', () => {
  const pauses = fc.array(fc.nat({ max: 500 }), { maxLength: 300 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (waits, perSecond, burst) => {
      const allowance = new LineAllowance(perSecond, burst, 0);
      let now = 0;
      let passed = 0;
      for (const wait of waits) {
        now += wait;
        if (allowance.take(now)) passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
    }),
  );
});
