import type { WorkerRecord } from '#contracts';
import { findDrainWishes, markGoneWorkers, writeWorkers, type SeenWorker } from '#persistence';
import { requestRetire } from '#queue';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';

/** What changes all the time (steps, the last beat) is written that often. */
const RENEW_MS = 3_000;

export interface WorkerBookDeps {
  readonly dataSource: DataSource;
  /** Fails fast. */
  readonly redis: Redis;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** A worker that has not been seen for that long is gone. */
  readonly lostMs: number;
}

/**
 * Keeps the table of workers as they are seen, for who reads it, and carries the wish to drain to them. All workers are written by one
 * statement, and only when one has changed or {@link RENEW_MS} have passed.
 */
export class WorkerBook {
  /** What was last written of each worker that is there. */
  private readonly written = new Map<string, { text: string; at: number }>();

  constructor(private readonly deps: WorkerBookDeps) {}

  /** @param alive workers as they are seen now, with how long ago they last beat */
  async update(alive: readonly (WorkerRecord & { readonly silentMs: number })[], now: Date): Promise<void> {
    const { dataSource, clock, lostMs, redis } = this.deps;
    const due = alive.filter((record) => {
      const known = this.written.get(record.workerId);
      return known?.text !== factsOf(record) || clock() - known.at >= RENEW_MS;
    });
    await writeWorkers(
      dataSource.manager,
      due.map((record) => toSeen(record, now)),
    );
    for (const record of due) this.written.set(record.workerId, { text: factsOf(record), at: clock() });
    const present = alive.map(({ workerId }) => workerId);
    await markGoneWorkers(dataSource.manager, present, new Date(now.getTime() - lostMs));
    // One that comes back is written at once.
    for (const workerId of this.written.keys()) if (!present.includes(workerId)) this.written.delete(workerId);
    // Again until the worker says itself that it drains: Redis may lose the wish.
    for (const workerId of await findDrainWishes(dataSource.manager)) {
      if (present.includes(workerId)) await requestRetire(redis, workerId);
    }
  }
}

/** What makes a worker worth writing at once. */
function factsOf({ slots, busy, draining }: WorkerRecord): string {
  return JSON.stringify([
    slots,
    draining,
    busy.map(({ runId, generation, rank, slot, phase }) => [runId, generation, rank, slot, phase]),
  ]);
}

function toSeen(
  { workerId, host, version, engine, draining, slots, busy, startedAt, silentMs }: WorkerRecord & { silentMs: number },
  now: Date,
): SeenWorker {
  return {
    id: workerId,
    host,
    version,
    engine,
    draining,
    slots,
    busy: busy.map(({ slot, runId, generation, rank, phase, step }) => ({ slot, runId, generation, rank, phase, step })),
    startedAt,
    lastSeenAt: new Date(now.getTime() - silentMs),
  };
}
