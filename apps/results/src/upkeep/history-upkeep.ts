import type { Observer } from '#contracts';
import { forgetAuditEvents, forgetFires } from '#persistence';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

const PERIOD_MS = 10 * 60_000;
/** So much is deleted in one statement, and no more than that holds rows at a time. */
const BATCH = 1_000;

export interface HistorySettings {
  /** What became of the times of schedules is kept for so long. */
  readonly firesKeptDays: number;
  /** Who changed what is kept for so long. */
  readonly auditKeptDays: number;
}
export const HISTORY_SETTINGS: HistorySettings = { firesKeptDays: 90, auditKeptDays: 365 };

export interface HistoryUpkeepDeps {
  readonly dataSource: DataSource;
  readonly observer: Observer;
  readonly settings: HistorySettings;
}

/** Deletes what only tells of the past when it is old. Several processes may do it at once. */
export class HistoryUpkeep {
  private readonly loop: Loop;

  constructor(private readonly deps: HistoryUpkeepDeps) {
    this.loop = new Loop('upkeep of histories', () => this.turn(), { periodMs: PERIOD_MS, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private async turn(): Promise<void> {
    const { observer, settings } = this.deps;
    const { manager } = this.deps.dataSource;
    const fires = await forgetFires(manager, settings.firesKeptDays, BATCH);
    const auditEvents = await forgetAuditEvents(manager, settings.auditKeptDays, BATCH);
    if (fires + auditEvents > 0) observer.log('info', 'old history deleted', { fires, auditEvents });
    // A full batch: there is more.
    if (Math.max(fires, auditEvents) === BATCH) this.loop.wake();
  }
}
