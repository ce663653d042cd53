import { setTimeout as delay } from 'node:timers/promises';
import { parseEventStream } from '#client';
import { ArcFleetError, isTerminal, type RunState, type RunStreamEvent, type RunView } from '#contracts';
import type { ApiClient } from './api-client.js';

/** The API for runs of one kind. */
export interface FollowedApi<V extends RunState> {
  openEvents: ApiClient['openEvents'];
  getRun(id: string): Promise<V>;
}

export interface RunListener<V extends RunState = RunView> {
  /** Every event once, in order. */
  onEvent(event: RunStreamEvent): void;
  /** The run as it is, asked for while the stream is away. */
  onView(run: V): void;
}

/** Errors of the API that another attempt does not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof ArcFleetError && ['not_found', 'unauthorized', 'forbidden'].includes(error.code);

const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})();
const PAUSE_MS = 1_000;
/** The API is started again when it dies; if it stays away that long, it will not come back. */
const AWAY_MS = 60_000;

/**
 * Follows a run to its end by its event stream. A stream that breaks off is taken up again behind the last event; meanwhile
 * the run itself is asked for.
 *
 * @returns the run in its terminal state.
 * @throws ArcFleetError of the API; `unavailable` when it cannot be reached for a minute; the signal's reason.
 */
export async function followRun<V extends RunState = RunView>(
  api: FollowedApi<V>,
  runId: string,
  listener: RunListener<V>,
  signal: AbortSignal,
  { pauseMs = PAUSE_MS, awayMs = AWAY_MS }: { pauseMs?: number; awayMs?: number } = {},
): Promise<V> {
  let after = 0;
  let answeredAt = Date.now();
  for (;;) {
    try {
      const body = await api.openEvents(runId, after, signal);
      for await (const { id, event, data } of parseEventStream(body ?? NOTHING)) {
        answeredAt = Date.now();
        const seq = Number(id);
        if (!Number.isInteger(seq) || seq <= after) continue;
        after = seq;
        const { at, data: fields } = JSON.parse(data) as Pick<RunStreamEvent, 'at' | 'data'>;
        listener.onEvent({ seq, type: event as RunStreamEvent['type'], at, data: fields });
      }
    } catch (error) {
      // The stream may break at any time; whether the API still answers shows below.
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
    }
    try {
      const run = await api.getRun(runId);
      answeredAt = Date.now();
      if (isTerminal(run.status)) return run;
      listener.onView(run);
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error) || Date.now() - answeredAt > awayMs) throw error;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
