import type { Observer } from '#contracts';
import { claimDeliveries, type ClaimedDelivery } from '#persistence';
import type { DataSource } from 'typeorm';
import type { Dispatcher } from 'undici';
import { Loop } from '../loop.js';
import { deliverWebhook } from './deliver-webhook.js';

export interface DeliveryTiming {
  /** Longest pause between two looks: retries become due without a notification. */
  readonly periodMs: number;
  /** Longer than an attempt and its record can take. */
  readonly leaseMs: number;
  /** Attempts under way in this process. */
  readonly concurrency: number;
  /** Attempts under way to one endpoint, of all processes. */
  readonly perEndpoint: number;
  /** Attempts under way to one host, of all processes. */
  readonly perHost: number;
}
/** Attempts wait for others to answer and cost little: so many that even a hundred dead receivers leave room. */
const TIMING: DeliveryTiming = { periodMs: 1_000, leaseMs: 45_000, concurrency: 256, perEndpoint: 4, perHost: 32 };

export interface DeliveryLoopDeps {
  readonly dataSource: DataSource;
  readonly dispatcher: Dispatcher;
  readonly observer: Observer;
  readonly timing?: Partial<DeliveryTiming> | undefined;
}

/**
 * Makes attempts at what is due in the outbox. The rows are the queue: every process takes what it has room for, a lease keeps the
 * others away, and what a dead process had taken is due again when its lease is over. Redis has no part in it.
 */
export class DeliveryLoop {
  private readonly loop: Loop;
  private readonly timing: DeliveryTiming;
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly deps: DeliveryLoopDeps) {
    this.timing = { ...TIMING, ...deps.timing };
    this.loop = new Loop('deliveries', () => this.turn(), { periodMs: this.timing.periodMs, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  /** A delivery was queued. */
  wake(): void {
    this.loop.wake();
  }

  /** Takes nothing more. Attempts under way go on: see {@link settle}. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Waits until the attempts under way have ended and are recorded. */
  async settle(): Promise<void> {
    await Promise.all(this.running);
  }

  private async turn(): Promise<void> {
    const { concurrency, perEndpoint, perHost, leaseMs } = this.timing;
    const limit = concurrency - this.running.size;
    if (limit <= 0) return;
    const claimed = await this.deps.dataSource.transaction((manager) =>
      claimDeliveries(manager, { limit, perEndpoint, perHost, leaseMs }),
    );
    for (const delivery of claimed) this.begin(delivery);
  }

  private begin(delivery: ClaimedDelivery): void {
    const attempt = deliverWebhook(delivery, this.deps)
      // It was not recorded: the attempt is made again when its lease is over.
      .catch((error: unknown) =>
        this.deps.observer.log('warn', 'an attempt was not recorded', { deliveryId: delivery.id, error }),
      )
      .finally(() => {
        this.running.delete(attempt);
        // Its endpoint has room again.
        this.loop.wake();
      });
    this.running.add(attempt);
  }
}
