import type { Redis } from 'ioredis';
import type { ErrorReport } from '#contracts';
import type { CollectiveAddress } from '../../collective.js';
import { formatAbort } from './abort-report.js';
import type { GenerationKeys } from './keys.js';
import { ABORT, LEAVE } from './scripts.js';

/** How long an abort or a goodbye to Redis may take before the process goes on without it. */
const FAREWELL_MS = 2_000;

/** Waits for a farewell that nobody may answer; its failure changes nothing. */
export async function bounded(promise: Promise<unknown>, ms = FAREWELL_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => undefined), enough]);
  clearTimeout(timer);
}

/** Raises the abort flag of the generation with this rank's report. */
export function raiseAbort(control: Redis, keys: GenerationKeys, address: CollectiveAddress, report: ErrorReport): Promise<void> {
  const { rank, worldSize } = address;
  const text = formatAbort(rank, report);
  const inboxes = Array.from({ length: worldSize }, (_, peer) => keys.inbox(peer)).filter((_, peer) => peer !== rank);
  const abortKeys = [keys.state, ...inboxes];
  return bounded(control.eval(ABORT, abortKeys.length, ...abortKeys, text, JSON.stringify({ type: 'abort', text })));
}

/** Deletes this rank's `streams` and heartbeat, if `nonce` holds the rank. */
export function leave(
  control: Redis,
  keys: GenerationKeys,
  streams: readonly string[],
  { rank }: CollectiveAddress,
  nonce: string,
): Promise<void> {
  const leaveKeys = [keys.state, keys.beats, ...streams];
  return bounded(control.eval(LEAVE, leaveKeys.length, ...leaveKeys, rank, nonce));
}
