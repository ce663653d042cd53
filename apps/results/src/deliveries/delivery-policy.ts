import type { AttemptContext, AttemptVerdict } from '#persistence';
import { nextAttemptDelayMs, throttleMs, type DeliveryOutcome } from '#webhooks';

/** An endpoint that has done nothing but fail for so long gets nothing any more. */
export const FAILING_MS = 5 * 24 * 3_600_000;

/**
 * What follows from an attempt. An endpoint is not disabled by the first failure of a delivery: after days without an event a single
 * hiccup would be enough.
 */
export function judgeAttempt(outcome: DeliveryOutcome, context: AttemptContext, random: number): AttemptVerdict {
  const { result, status, retryAfterMs } = outcome;
  const { seriesAttempts, failingMs, throttles } = context;
  const delayMs = result === 'retry' ? nextAttemptDelayMs(seriesAttempts, random, retryAfterMs) : null;
  const hasFailedLong = result !== 'delivered' && failingMs >= FAILING_MS && seriesAttempts > 1;
  return {
    state: result === 'delivered' ? 'delivered' : delayMs === null ? 'failed' : 'pending',
    delayMs,
    throttleMs: result === 'retry' ? throttleMs(status, retryAfterMs, throttles, random) : null,
    disable: result === 'gone' ? 'gone' : hasFailedLong ? 'failing' : null,
  };
}
