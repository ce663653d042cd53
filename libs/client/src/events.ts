import { ApiError } from './api-error.js';
import type { ArcFleetClient } from './create-client.js';
import { parseEventStream } from './event-stream.js';
import { hasEnded, placeOf } from './places.js';

/** An event of a run, an evaluation or a task. */
export interface JobEvent {
  /** Its number within the run: 1, 2, 3 ... */
  readonly seq: number;
  /** `transition`, `progress`, ...; new types may appear. */
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventsOptions {
  /** Begin behind this event; 0: with the first. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** Pause before a broken stream is opened again, in milliseconds. */
  readonly pauseMs?: number;
  /** How long the API may stay away before its error is thrown, in milliseconds. */
  readonly awayMs?: number;
}

const PAUSE_MS = 1_000;
const AWAY_MS = 60_000;

/**
 * Opens an event stream behind the event `after`; null: there are no more events.
 * @param id of a run, an evaluation or a task.
 * @throws ApiError.
 */
export async function openEvents(
  client: ArcFleetClient,
  id: string,
  after: number,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array> | null> {
  // The three routes are of one form; only the type of the first is asked for here.
  const { data, response } = await client.GET(`${placeOf(id)}/{id}/events` as '/runs/{id}/events', {
    params: { path: { id }, header: after > 0 ? { 'Last-Event-ID': String(after) } : {} },
    headers: { accept: 'text/event-stream' },
    parseAs: 'stream',
    ...(signal ? { signal } : {}),
  });
  return response.status === 204 ? null : ((data as ReadableStream<Uint8Array> | null | undefined) ?? null);
}

/**
 * All events of a run, an evaluation or a task, each once and in order, until it has ended. A stream that breaks off is opened again
 * behind the last event.
 *
 * @throws ApiError when the API refuses, or stays away for `awayMs`; TypeError for an id of another kind; the signal's reason.
 */
export async function* events(client: ArcFleetClient, id: string, options: EventsOptions = {}): AsyncGenerator<JobEvent> {
  const { signal, pauseMs = PAUSE_MS, awayMs = AWAY_MS } = options;
  placeOf(id);
  let after = options.after ?? 0;
  let answeredAt = Date.now();
  for (;;) {
    try {
      const body = await openEvents(client, id, after, signal);
      if (body === null) return;
      answeredAt = Date.now();
      for await (const event of parseEventStream(chunksOf(body))) {
        answeredAt = Date.now();
        const seq = Number(event.id);
        if (!Number.isInteger(seq) || seq <= after) continue;
        after = seq;
        const { at, data } = JSON.parse(event.data) as Pick<JobEvent, 'at' | 'data'>;
        yield { seq, type: event.event, at, data };
        if (event.event === 'transition' && hasEnded(data['status'])) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError && !error.isTransient) throw error;
      if (Date.now() - answeredAt > awayMs) throw error;
    }
    await pause(pauseMs, signal);
  }
}

/** Chunks of a body; browsers' streams are not iterable everywhere. Leaving the loop closes the connection. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** @throws the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
