import type { Observer } from '#contracts';
import { findDueDeliveries, findNextDeliveryTime } from '#persistence';
import type { JobQueue } from '#queue';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

const PERIOD_MS = 5_000;
const BATCH = 500;

export interface DeliveryLoopDeps {
  readonly dataSource: DataSource;
  readonly webhookQueue: JobQueue<'webhook'>;
  readonly observer: Observer;
}

/**
 * Turns due rows of the outbox into jobs. The row is the truth: a job that got lost is added again at the next look, and one that
 * comes twice finds nothing to do.
 */
export class DeliveryLoop {
  private readonly loop: Loop;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: DeliveryLoopDeps) {
    this.loop = new Loop('deliveries', () => this.turn(), { periodMs: PERIOD_MS, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  /** A delivery was queued. */
  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.loop.stop();
  }

  private async turn(): Promise<void> {
    const { dataSource, webhookQueue } = this.deps;
    const due = await findDueDeliveries(dataSource.manager, new Date(), BATCH);
    await webhookQueue.add(
      due.map(({ id, nextAttemptAt }) => ({ id: `${id}-${nextAttemptAt.getTime()}`, data: { deliveryId: id } })),
    );
    clearTimeout(this.timer);
    const next = await findNextDeliveryTime(dataSource.manager, new Date());
    if (next === null) return;
    this.timer = setTimeout(() => this.loop.wake(), Math.min(PERIOD_MS, Math.max(0, next.getTime() - Date.now())));
  }
}
