import type { LogBatch, Observer } from '#contracts';
import { appendRunLogs, forgetLogs } from '#persistence';
import { readLogs, removeLogs } from '#queue';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { ControlLease } from '../control/lease.js';
import { Loop } from '../loop.js';

/** Entries of one look. */
const BATCH = 200;
const PERIOD_MS = 250;
const FORGET_EVERY_MS = 60_000;
/** Logs that go in one statement. */
const FORGET_BATCH = 5;

export interface LogSettings {
  /** Quota of a run's log. */
  readonly maxBytes: number;
  /** Logs of runs that ended longer ago than that go. */
  readonly keptMs: number;
}

export interface LogLoopDeps {
  readonly dataSource: DataSource;
  /** Fails fast. */
  readonly redis: Redis;
  readonly observer: Observer;
  readonly settings: LogSettings;
}

/**
 * Brings log lines from their stream into Postgres: one transaction per run and look, then they go from the stream. One process at a time
 * does it, so lines stay in order; dying in between repeats entries, whose lines are known then. While Postgres is away the stream keeps
 * what it can hold, and the log says how much is missing.
 */
export class LogLoop {
  private readonly loop: Loop;
  private readonly lease: ControlLease;
  private forgottenAt = -Infinity;

  constructor(private readonly deps: LogLoopDeps) {
    this.lease = new ControlLease(deps.dataSource, 'logs');
    this.loop = new Loop('logs', async () => void (await this.lease.whileHeld(() => this.turn())), {
      periodMs: PERIOD_MS,
      observer: deps.observer,
    });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.lease.release();
  }

  private async turn(): Promise<void> {
    const { redis, observer } = this.deps;
    const entries = await readLogs(redis, BATCH);
    const byRun = new Map<string, LogBatch[]>();
    for (const { id, batch, problem } of entries) {
      if (batch === null) observer.log('warn', 'an entry of the log stream is not a batch of lines', { entry: id, problem });
      else byRun.set(batch.runId, [...(byRun.get(batch.runId) ?? []), batch]);
    }
    for (const [runId, batches] of byRun) await this.append(runId, batches);
    await removeLogs(
      redis,
      entries.map(({ id }) => id),
    );
    if (entries.length === BATCH) this.loop.wake();
    await this.forget();
  }

  private async append(runId: string, batches: readonly LogBatch[]): Promise<void> {
    const { dataSource, observer, settings } = this.deps;
    try {
      await dataSource.transaction((manager) => appendRunLogs(manager, runId, batches, settings));
    } catch (error) {
      // Lines that Postgres will never take must not hold up those behind them.
      if (!isRefused(error)) throw error;
      observer.log('warn', 'lines of a log could not be stored and are dropped', { runId, error });
    }
  }

  private async forget(): Promise<void> {
    if (performance.now() - this.forgottenAt < FORGET_EVERY_MS) return;
    const { dataSource, settings } = this.deps;
    const count = await forgetLogs(dataSource.manager, new Date(Date.now() - settings.keptMs), FORGET_BATCH);
    if (count === FORGET_BATCH) this.loop.wake();
    else this.forgottenAt = performance.now();
  }
}

/** True for errors about the data itself (SQLSTATE classes 22 and 23), which would come again. */
function isRefused(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^2[23]/.test(code);
}
