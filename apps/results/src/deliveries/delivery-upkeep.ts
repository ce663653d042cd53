import type { Observer } from '#contracts';
import { findLeftBehind, forgetDeliveries, forgetSecrets, giveUpIfDisabled } from '#persistence';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

const PERIOD_MS = 60_000;
/** So much is deleted in one statement, and no more than that holds rows at a time. */
const BATCH = 1_000;

export interface DeliveryUpkeepDeps {
  readonly dataSource: DataSource;
  /** Deliveries that have ended are kept for so long. */
  readonly keptDays: number;
  readonly observer: Observer;
}

/**
 * Deletes old deliveries with their attempts, erases secrets that were replaced, gives up what waits for a disabled endpoint. Each of it may be done by
 * several processes at once.
 */
export class DeliveryUpkeep {
  private readonly loop: Loop;

  constructor(private readonly deps: DeliveryUpkeepDeps) {
    this.loop = new Loop('upkeep of deliveries', () => this.turn(), { periodMs: PERIOD_MS, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private async turn(): Promise<void> {
    const { dataSource, keptDays, observer } = this.deps;
    await forgetSecrets(dataSource.manager);
    for (const id of await findLeftBehind(dataSource.manager, BATCH)) {
      await dataSource.transaction((manager) => giveUpIfDisabled(manager, id));
    }
    const deleted = await forgetDeliveries(dataSource.manager, keptDays, BATCH);
    if (deleted > 0) observer.log('info', 'old webhook deliveries deleted', { deleted, keptDays });
    // A full batch: there is more.
    if (deleted === BATCH) this.loop.wake();
  }
}
