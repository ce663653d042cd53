import type { Observer } from '#contracts';
import { findDueDeliveries, findNextDeliveryTime } from '#persistence';
import type { JobQueue } from '#queue';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

export interface DeliveryTiming {
  /** Longest pause between two looks. */
  readonly periodMs: number;
  /** A delivery that is due for longer is asked about: its job may be over without an attempt. */
  readonly overdueMs: number;
}
const TIMING: DeliveryTiming = { periodMs: 5_000, overdueMs: 10_000 };
const BATCH = 500;

export interface DeliveryLoopDeps {
  readonly dataSource: DataSource;
  readonly webhookQueue: JobQueue<'webhook'>;
  readonly observer: Observer;
  readonly timing?: DeliveryTiming;
}

/**
 * Turns due rows of the outbox into jobs. The row is the truth: a job that got lost is added again at the next look, and one that
 * comes twice finds nothing to do. A job that ended without an attempt (Postgres was away, another machine's clock is behind) makes
 * place for a new one: its id would keep it out.
 */
export class DeliveryLoop {
  private readonly loop: Loop;
  private readonly timing: DeliveryTiming;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: DeliveryLoopDeps) {
    this.timing = deps.timing ?? TIMING;
    this.loop = new Loop('deliveries', () => this.turn(), { periodMs: this.timing.periodMs, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  /** A delivery was queued. */
  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    clearTimeout(this.timer);
  }

  private async turn(): Promise<void> {
    const { dataSource, webhookQueue } = this.deps;
    const due = await findDueDeliveries(dataSource.manager, new Date(), BATCH);
    const overdue = due.filter(({ nextAttemptAt }) => Date.now() - nextAttemptAt.getTime() > this.timing.overdueMs);
    for (const delivery of overdue) await this.forgetEnded(jobIdOf(delivery));
    await webhookQueue.add(due.map((delivery) => ({ id: jobIdOf(delivery), data: { deliveryId: delivery.id } })));
    clearTimeout(this.timer);
    const next = await findNextDeliveryTime(dataSource.manager, new Date());
    if (next === null) return;
    this.timer = setTimeout(() => this.loop.wake(), Math.min(this.timing.periodMs, Math.max(0, next.getTime() - Date.now())));
  }

  private async forgetEnded(jobId: string): Promise<void> {
    const { webhookQueue } = this.deps;
    if (['completed', 'failed'].includes(await webhookQueue.state(jobId))) await webhookQueue.remove([jobId]);
  }
}

const jobIdOf = ({ id, nextAttemptAt }: { id: string; nextAttemptAt: Date }): string => `${id}-${nextAttemptAt.getTime()}`;
