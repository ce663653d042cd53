const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between attempts, each counted from the failure before it (the example schedule of Standard Webhooks 1.0). */
const DELAYS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/** The first attempt is made at once, then one after each delay. */
export const MAX_ATTEMPTS = DELAYS_MS.length + 1;
const LONGEST_MS = 24 * HOUR;
const JITTER = 0.1;

/**
 * Milliseconds until the next attempt; null when there is none left.
 * @param attempts attempts made so far, all of them failed; at least 1.
 * @param random in [0, 1), spreads the delay over +-10 % so that receivers coming back are not hit by all at once.
 * @param retryAfterMs the receiver's own wish: never sooner, but at most 24 hours.
 */
export function nextAttemptDelayMs(attempts: number, random: number, retryAfterMs: number | null = null): number | null {
  const delay = DELAYS_MS[attempts - 1];
  if (delay === undefined) return null;
  const spread = delay * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(spread, Math.min(retryAfterMs ?? 0, LONGEST_MS)));
}

/** Longest pause that answers without `Retry-After` lead to. */
const LONGEST_PAUSE_MS = 5 * MINUTE;

/**
 * For how many milliseconds a whole endpoint is left alone because an answer says that it has too much to do (429, 502, 504, and 503
 * with `Retry-After`); null: it does not say so. 5 s, doubled for each such answer in a row, spread by 10 %; never less than
 * `Retry-After`, which counts up to 24 hours.
 * @param throttles such answers in a row before this one.
 */
export function throttleMs(status: number | null, retryAfterMs: number | null, throttles: number, random: number): number | null {
  const isBusy = status === 429 || status === 502 || status === 504 || (status === 503 && retryAfterMs !== null);
  if (!isBusy) return null;
  const pause = Math.min(5 * SECOND * 2 ** Math.min(throttles, 20), LONGEST_PAUSE_MS);
  return Math.round(Math.max(pause * (1 - JITTER + 2 * JITTER * random), Math.min(retryAfterMs ?? 0, LONGEST_MS)));
}

/** `Retry-After` in milliseconds: seconds or an HTTP date; null when missing or unreadable. */
export function parseRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND;
  // Date.parse takes much that is not an HTTP date, for example "-1".
  const at = /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
