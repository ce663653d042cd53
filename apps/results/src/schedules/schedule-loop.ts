import type { Observer } from '#contracts';
import { findDueSchedules, findNextDueTime, findWaitingSchedules, listTicking } from '#persistence';
import type { JobSchedulers } from '#queue';
import { planReconcile } from '#schedules';
import type { DataSource } from 'typeorm';
import { ControlLease } from '../control/lease.js';
import { Loop } from '../loop.js';
import { fireDue, fireWaiting, type Fired } from './fire-due.js';

export interface ScheduleTiming {
  /** Longest pause between two looks. */
  readonly periodMs: number;
  /** How often BullMQ's schedulers are compared with the table when nobody says that it has changed. */
  readonly reconcileMs: number;
}
const TIMING: ScheduleTiming = { periodMs: 2_000, reconcileMs: 15_000 };
/** Schedules that one look decides about. */
const BATCH = 100;
const PAGE = 1_000;
const MAX_FAILURES = 5;
/** One that cannot be tended is left alone for so long, so that a hundred of them are not all that is ever looked at. */
const LEFT_ALONE_MS = 10_000;

export interface ScheduleLoopDeps {
  readonly dataSource: DataSource;
  readonly tickers: JobSchedulers<'schedule'>;
  readonly observer: Observer;
  readonly timing?: Partial<ScheduleTiming>;
}

/**
 * The leader's part of schedules: makes BullMQ's schedulers what the table says, and looks for what is due by itself. So a tick that
 * came to nobody (a flushed Redis, a process that died with it) costs seconds, not a fire.
 */
export class ScheduleLoop {
  private readonly loop: Loop;
  private readonly lease: ControlLease;
  private readonly timing: ScheduleTiming;
  private timer: NodeJS.Timeout | undefined;
  private reconciledAt = -Infinity;
  private isChanged = true;
  private isRedisAway = false;
  /** Schedules that could not be tended, and until when they are left alone. */
  private readonly leftAlone = new Map<string, number>();

  constructor(private readonly deps: ScheduleLoopDeps) {
    this.timing = { ...TIMING, ...deps.timing };
    this.lease = new ControlLease(deps.dataSource, 'schedules');
    this.loop = new Loop('schedules', () => this.turn(), { periodMs: this.timing.periodMs, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  /** A schedule was created, changed or removed. */
  wake(): void {
    this.isChanged = true;
    this.loop.wake();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    clearTimeout(this.timer);
    await this.lease.release();
  }

  /** A tick has come for that schedule. */
  async onTick(scheduleId: string): Promise<void> {
    this.report(scheduleId, await fireDue(this.deps.dataSource, scheduleId, new Date()));
  }

  private async turn(): Promise<void> {
    const isLeader = await this.lease.whileHeld(async () => {
      await this.fireAll();
      await this.startWaiting();
      await this.reconcile();
    });
    if (!isLeader) return;
    clearTimeout(this.timer);
    const next = await findNextDueTime(this.deps.dataSource.manager);
    const inMs = next === null ? Infinity : next.getTime() - Date.now();
    // A tick should come first; this is for those that do not.
    if (inMs > 0 && inMs < this.timing.periodMs) this.timer = setTimeout(() => this.loop.wake(), inMs + 50);
  }

  private async fireAll(): Promise<void> {
    const except = [...this.leftAlone].filter(([, until]) => until > performance.now()).map(([id]) => id);
    const due = await findDueSchedules(this.deps.dataSource.manager, { now: new Date(), limit: BATCH, except });
    let hasMore = due.length === BATCH;
    for (const id of due) {
      const fired = await this.tend(id, () => fireDue(this.deps.dataSource, id, new Date()));
      if (fired) this.report(id, fired);
      hasMore ||= fired?.hasMore === true;
    }
    if (hasMore) this.loop.wake();
  }

  private async startWaiting(): Promise<void> {
    for (const id of await findWaitingSchedules(this.deps.dataSource.manager, BATCH)) {
      const fire = await this.tend(id, () => fireWaiting(this.deps.dataSource, id, new Date()));
      if (fire) this.report(id, { fire, numMissed: 0, hasMore: false });
    }
  }

  /** One schedule that cannot be tended must not hold up the others. */
  private async tend<T>(scheduleId: string, act: () => Promise<T>): Promise<T | null> {
    try {
      const done = await act();
      this.leftAlone.delete(scheduleId);
      return done;
    } catch (error) {
      const level = this.leftAlone.has(scheduleId) ? 'debug' : 'warn';
      this.leftAlone.set(scheduleId, performance.now() + LEFT_ALONE_MS);
      this.deps.observer.log(level, 'a schedule could not be tended', { scheduleId, error });
      return null;
    }
  }

  private async reconcile(): Promise<void> {
    const { observer, tickers, dataSource } = this.deps;
    const isDue = performance.now() - this.reconciledAt >= this.timing.reconcileMs;
    if (!this.isChanged && !isDue) return;
    this.isChanged = false;
    try {
      const wanted: { id: string; cron: string; timezone: string }[] = [];
      for (let afterId = ''; ;) {
        const page = await listTicking(dataSource.manager, { afterId, limit: PAGE });
        wanted.push(...page);
        if (page.length < PAGE) break;
        afterId = page.at(-1)!.id;
      }
      const plan = planReconcile(wanted, await tickers.list(), new Date());
      if (plan.stuck.length > 0) {
        observer.log('error', 'schedulers stood still; started anew', { scheduleIds: plan.stuck.slice(0, BATCH) });
      }
      // One that stands still goes first: BullMQ keeps the time of a scheduler that is only written again.
      const failures: unknown[] = [];
      for (const act of [
        ...[...plan.remove, ...plan.stuck].map((id) => () => tickers.remove(id)),
        ...plan.upsert.map((ticker) => () => tickers.upsert({ ...ticker, data: { scheduleId: ticker.id } })),
      ]) {
        // One that fails holds up no other; when all do, Redis is away.
        await act().catch((error: unknown) => failures.push(error));
        if (failures.length >= MAX_FAILURES) break;
      }
      if (failures.length > 0) throw failures[0];
      this.reconciledAt = performance.now();
      if (this.isRedisAway) observer.log('info', 'schedulers are kept again');
      this.isRedisAway = false;
    } catch (error) {
      // Without Redis there are no ticks; what is due fires all the same.
      this.isChanged = true;
      observer.log(this.isRedisAway ? 'debug' : 'warn', 'schedulers could not be kept; trying again', { error });
      this.isRedisAway = true;
    }
  }

  private report(scheduleId: string, fired: Fired | null): void {
    if (!fired) return;
    const { observer } = this.deps;
    const { fire, numMissed } = fired;
    if (numMissed > 0) observer.log('warn', 'times of a schedule were missed', { scheduleId, numMissed });
    if (!fire) return;
    const { id: fireId, outcome, reason, scheduledAt, evaluations } = fire;
    observer.log('info', 'schedule fired', { scheduleId, fireId, outcome, reason, scheduledAt, evaluations: evaluations.length });
  }
}
