import { ApiError } from './api-error.js';
import type { ArcFleetClient } from './create-client.js';
import { events, pause, type EventsOptions, type JobEvent } from './events.js';
import type { components } from './openapi.js';
import { hasEnded, placeOf } from './places.js';

interface Jobs {
  run: components['schemas']['Run'];
  evl: components['schemas']['Evaluation'];
  tsk: components['schemas']['Task'];
}
/** What an id names, as the API shows it. */
export type JobOf<Id extends string> = Id extends `${infer Prefix extends keyof Jobs}_${string}`
  ? Jobs[Prefix]
  : Jobs[keyof Jobs];

export interface WaitOptions extends EventsOptions {
  /** Called with every event on the way. */
  readonly onEvent?: (event: JobEvent) => void;
}

/**
 * Waits for the end of a run, an evaluation or a task by its events.
 * @returns it as it ended: look at its `status`.
 * @throws ApiError when the API refuses, or stays away for `awayMs`; the signal's reason.
 */
export async function waitFor<Id extends string>(client: ArcFleetClient, id: Id, options: WaitOptions = {}): Promise<JobOf<Id>> {
  const { signal, onEvent, pauseMs = 1_000, awayMs = 60_000 } = options;
  let after = options.after ?? 0;
  let answeredAt = Date.now();
  for (;;) {
    for await (const event of events(client, id, { ...options, after })) {
      after = event.seq;
      onEvent?.(event);
    }
    try {
      const { data } = await client.GET(`${placeOf(id)}/{id}` as '/runs/{id}', {
        params: { path: { id } },
        ...(signal ? { signal } : {}),
      });
      answeredAt = Date.now();
      if (data && hasEnded(data.status)) return data as JobOf<Id>;
    } catch (error) {
      signal?.throwIfAborted();
      const isFinal = error instanceof ApiError && !error.isTransient;
      if (isFinal || Date.now() - answeredAt > awayMs) throw error;
    }
    await pause(pauseMs, signal);
  }
}
