import type { Recurrence } from './next-times.js';

/** A schedule that should tick. */
export interface WantedTick extends Recurrence {
  readonly id: string;
}

/** A ticker that is there. */
export interface FoundTick {
  readonly id: string;
  readonly cron: string | null;
  readonly timezone: string | null;
  /** When it ticks next. */
  readonly next: Date | null;
}

export interface ReconcilePlan {
  readonly upsert: readonly WantedTick[];
  readonly remove: readonly string[];
  /** Ids of tickers that stand still: their next tick is long past. */
  readonly stuck: readonly string[];
}

/** A tick that is late by more stands still: a tick is a job of milliseconds. */
export const STUCK_MS = 30_000;

/** What has to change so that tickers are what is wanted: new ones and changed ones are written, others go, one that stands still is written anew. */
export function planReconcile(wanted: readonly WantedTick[], found: readonly FoundTick[], now: Date): ReconcilePlan {
  const byId = new Map(found.map((tick) => [tick.id, tick]));
  const ids = new Set(wanted.map(({ id }) => id));
  const stuck = new Set(
    found
      .filter(({ id, next }) => ids.has(id) && (next === null || now.getTime() - next.getTime() > STUCK_MS))
      .map(({ id }) => id),
  );
  const upsert = wanted.filter(({ id, cron, timezone }) => {
    const tick = byId.get(id);
    return !tick || tick.cron !== cron || tick.timezone !== timezone || stuck.has(id);
  });
  return { upsert, remove: found.filter(({ id }) => !ids.has(id)).map(({ id }) => id), stuck: [...stuck] };
}
