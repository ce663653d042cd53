import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** Wakes the event streams of a run. Knows nothing of Postgres: somebody calls {@link RunEventHub.notify}. */
@Injectable()
export class RunEventHub implements BeforeApplicationShutdown {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly closing = new AbortController();

  /** Aborted when the API shuts down: streams end, so that the server can close. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Wakes the streams of a run; null: of all runs, because notifications may have been lost. */
  notify(runId: string | null): void {
    const woken = runId === null ? [...this.waiting.values()] : [this.waiting.get(runId) ?? new Set<() => void>()];
    for (const callbacks of woken) for (const callback of [...callbacks]) callback();
  }

  /** Calls back at every notification for the run until the returned function is called. */
  subscribe(runId: string, callback: () => void): () => void {
    let callbacks = this.waiting.get(runId);
    if (!callbacks) this.waiting.set(runId, (callbacks = new Set()));
    const own = callbacks;
    own.add(callback);
    return () => {
      own.delete(callback);
      if (own.size === 0 && this.waiting.get(runId) === own) this.waiting.delete(runId);
    };
  }

  beforeApplicationShutdown(): void {
    this.closing.abort();
  }
}
