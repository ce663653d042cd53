import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, nextAttemptDelayMs, parseRetryAfter } from './index.js';

const minutes = (n: number) => n * 60_000;

describe('nextAttemptDelayMs', () => {
  it('follows 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then gives up', () => {
    const delays = Array.from({ length: MAX_ATTEMPTS }, (_, i) => nextAttemptDelayMs(i + 1, 0.5));
    expect(delays).toEqual([5_000, minutes(5), minutes(30), ...[2, 5, 10, 14, 20, 24].map((h) => minutes(60 * h)), null]);
  });

  it('spreads by 10 % to both sides', () => {
    expect(nextAttemptDelayMs(2, 0)).toBe(minutes(5) * 0.9);
    expect(nextAttemptDelayMs(2, 1)).toBe(minutes(5) * 1.1);
  });

  it('is never sooner than Retry-After, which counts up to a day', () => {
    expect(nextAttemptDelayMs(1, 0.5, 60_000)).toBe(60_000);
    expect(nextAttemptDelayMs(3, 0.5, 60_000)).toBe(minutes(30));
    expect(nextAttemptDelayMs(1, 0.5, Number.MAX_SAFE_INTEGER)).toBe(minutes(24 * 60));
  });
});

describe('parseRetryAfter', () => {
  const now = new Date('2026-11-24T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 00:00:00 GMT', 0],
    ['-1', null],
    ['soon', null],
    [undefined, null],
  ])('reads %s', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});
