import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { RUN_KINDS, RUN_STATUSES, WORKER_STATES } from '#contracts';
import { readFleetNumbers, type FleetNumbers } from '#persistence';

/** A scrape waits no longer than that for Postgres. */
const TIMEOUT_MS = 2_000;
const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

/** What Postgres knows of the fleet, as of the scrape. The same for all API processes. */
@Injectable()
export class FleetMetrics {
  private running: Promise<Registry> | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Scrapes that come together share one look. */
  read(): Promise<Registry> {
    this.running ??= this.look().finally(() => (this.running = null));
    return this.running;
  }

  private async look(): Promise<Registry> {
    const numbers = await this.numbers();
    const registry = new Registry();
    const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge({ name: `arcfleet_${name}`, help, labelNames: [...labelNames], registers: [registry] });
    gauge('database_up', '1 when Postgres answered this scrape; without it there are no numbers of the fleet.').set(
      numbers ? 1 : 0,
    );
    if (numbers) fill(gauge, numbers, new Date());
    return registry;
  }

  private async numbers(): Promise<FleetNumbers | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), TIMEOUT_MS)));
    try {
      return await Promise.race([readFleetNumbers(this.dataSource.manager).catch(() => null), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

type MakeGauge = <L extends string>(name: string, help: string, labelNames?: readonly L[]) => Gauge<L>;

function fill(gauge: MakeGauge, { runs, deliveries, oldestPendingDelivery, workers, admission }: FleetNumbers, now: Date): void {
  const age = (since: Date | null): number => (since ? Math.max(0, now.getTime() - since.getTime()) / 1_000 : 0);

  const ofRuns = gauge('runs', 'Runs that are stored, by kind and status.', ['kind', 'status']);
  for (const kind of RUN_KINDS) for (const status of RUN_STATUSES) ofRuns.set({ kind, status }, 0);
  for (const { kind, status, n } of runs) ofRuns.set({ kind, status }, n);

  if (admission) {
    gauge('queue_runs', 'Runs that wait for slots.').set(admission.numWaiting);
    gauge('queue_oldest_seconds', 'How long the run waits that has waited longest for slots.').set(age(admission.waitingSince));
    gauge('ranks_demanded', 'Ranks of the runs that wait for slots.').set(admission.waitingRanks);
    gauge('ranks_reserved', 'Ranks that have a slot.').set(admission.reservedRanks);
    gauge('admission_age_seconds', 'Time since results last said what it found; it grows when results or Redis is away.').set(
      age(admission.at),
    );
  }

  const ofWorkers = gauge('workers', 'Workers, by state; those that are gone count for a day.', ['state']);
  const ofSlots = gauge('slots', 'Slots of the workers that are there, by state of the worker and use.', ['state', 'use']);
  for (const state of WORKER_STATES) {
    const { n = 0, slots = 0, busy = 0 } = workers.find((each) => each.state === state) ?? {};
    ofWorkers.set({ state }, n);
    if (state !== 'live' && state !== 'draining') continue;
    ofSlots.set({ state, use: 'busy' }, busy);
    ofSlots.set({ state, use: 'free' }, Math.max(0, slots - busy));
  }

  const ofDeliveries = gauge('webhook_deliveries', 'Webhook deliveries that are stored, by outcome so far.', ['state']);
  for (const state of DELIVERY_STATES) ofDeliveries.set({ state }, 0);
  for (const { state, n } of deliveries) ofDeliveries.set({ state }, n);
  gauge('webhook_oldest_pending_seconds', 'Age of the oldest webhook delivery that nobody has taken yet.').set(
    age(oldestPendingDelivery),
  );
}
