import { MAX_ATTEMPTS, type DeliveryOutcome } from '#webhooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILING_MS, judgeAttempt } from './delivery-policy.js';

const outcome = (change: Partial<DeliveryOutcome>): DeliveryOutcome => ({
  result: 'retry',
  status: 500,
  error: 'answered 500',
  answer: null,
  retryAfterMs: null,
  ...change,
});
const first = { seriesAttempts: 1, failingMs: 0, throttles: 0 };

describe('judgeAttempt', () => {
  it('leaves a busy endpoint alone for longer each time, up to five minutes', () => {
    const pauses = [0, 1, 2, 5, 6, 7, 50].map(
      (throttles) => judgeAttempt(outcome({ status: 429 }), { ...first, throttles }, 0.5).throttleMs,
    );
    expect(pauses).toEqual([5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000]);
    const paused = (change: Partial<DeliveryOutcome>) => judgeAttempt(outcome(change), first, 0.5).throttleMs;
    expect(paused({ status: 502 })).toBe(5_000);
    expect(paused({ status: 504, retryAfterMs: 90_000 })).toBe(90_000);
    expect(paused({ status: 503, retryAfterMs: 90_000 })).toBe(90_000);
    expect(paused({ status: 503 })).toBeNull();
    expect(paused({ status: null })).toBeNull();
  });

  it('disables what is gone at once, and what fails for five days with the second failure of a delivery', () => {
    expect(judgeAttempt(outcome({ result: 'gone', status: 410 }), first, 0)).toMatchObject({ state: 'failed', disable: 'gone' });
    expect(judgeAttempt(outcome({}), { ...first, failingMs: FAILING_MS }, 0).disable).toBeNull();
    expect(judgeAttempt(outcome({}), { ...first, failingMs: FAILING_MS, seriesAttempts: 2 }, 0).disable).toBe('failing');
    expect(judgeAttempt(outcome({}), { ...first, failingMs: FAILING_MS - 1, seriesAttempts: 2 }, 0).disable).toBeNull();
  });

  it('has a next attempt exactly while a delivery is pending, and never one after the last', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<DeliveryOutcome['result']>('delivered', 'retry', 'gone', 'aborted', 'refused'),
        fc.option(fc.integer({ min: 100, max: 599 })),
        fc.option(fc.nat()),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.nat(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (result, status, retryAfterMs, seriesAttempts, failingMs, throttles, random) => {
          const context = { seriesAttempts, failingMs, throttles };
          const verdict = judgeAttempt(outcome({ result, status, retryAfterMs }), context, random);
          expect(verdict.delayMs !== null).toBe(verdict.state === 'pending');
          expect(verdict.state === 'delivered').toBe(result === 'delivered');
          if (seriesAttempts >= MAX_ATTEMPTS) expect(verdict.state).not.toBe('pending');
          if (result === 'delivered') expect(verdict).toMatchObject({ disable: null, throttleMs: null });
          if (verdict.throttleMs !== null) expect(verdict.throttleMs).toBeLessThanOrEqual(24 * 3_600_000);
        },
      ),
    );
  });
});
