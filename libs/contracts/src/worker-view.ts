import { z } from 'zod';

/**
 * `draining`: takes nothing new and leaves when idle. `left`: has left as it was asked to. `lost`: is gone without a word, or with ranks
 * that it had not finished.
 */
export const WORKER_STATES = ['live', 'draining', 'left', 'lost'] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

const time = z.iso.datetime();

/** A slot that a rank holds. */
export const workerSlotSchema = z.object({
  slot: z.number().int(),
  runId: z.string(),
  generation: z.number().int(),
  rank: z.number().int(),
  /** `starting`, `rendezvous`, `training`, ...; new values may appear. */
  phase: z.string(),
  step: z.number().int().nullable(),
});
export type WorkerSlot = z.output<typeof workerSlotSchema>;

export const workerViewSchema = z.object({
  id: z.string(),
  host: z.string(),
  version: z.string(),
  /** The one that it was told to use; `auto`: the best one it has. */
  engine: z.string(),
  state: z.enum(WORKER_STATES),
  slots: z.number().int(),
  busy: z.array(workerSlotSchema),
  startedAt: time,
  lastSeenAt: time,
  drainRequestedAt: time.nullable(),
  /** Ranks that failed on it in the last hour: many of them are a crash loop, none and a young worker a cold start. */
  failedRanksLastHour: z.number().int(),
  urls: z.object({ self: z.string(), drain: z.string() }),
});
export type WorkerView = z.output<typeof workerViewSchema>;

/** Answer to `GET /workers`: those that started last come first. */
export const workerListSchema = z.object({
  workers: z.array(workerViewSchema),
  /** Where the next page is; null: this is the last one. */
  next: z.string().nullable(),
});
export type WorkerList = z.output<typeof workerListSchema>;
