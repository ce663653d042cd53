import type { Observer, WorkerRecord } from '#contracts';
import { leave, readDemand, readWorkers, requestRetire } from '#queue';
import type { ProcessDriver } from './drivers/process-driver.js';
import { decideScaling, type IdleSince, type ScalingLimits } from './scaling-policy.js';

/** The commands that the loop needs of Redis; they must fail at once while there is no connection. */
export type ControlRedis = Parameters<typeof readWorkers>[0];

export interface AutoscalerOptions {
  readonly redis: ControlRedis;
  readonly driver: ProcessDriver;
  readonly limits: ScalingLimits;
  readonly host: string;
  readonly observer: Observer;
  readonly tickMs?: number;
  /** How long a worker may take from its start to its first beat while Redis can be reached. */
  readonly startMs?: number;
}

const TICK_MS = 500;
const START_MS = 60_000;
/** For a worker that never came: it holds no rank. */
const NEVER_CAME_GRACE_MS = 2_000;

/** Reads what is wanted and what there is, asks the policy, obeys. Without Redis it changes nothing. */
export class Autoscaler {
  private idleSince: IdleSince = new Map();
  private readonly reported = new Set<string>();
  /** Since when (ms) a member is without a record although Redis can be reached. */
  private unseenSince = new Map<number, number>();
  private isRedisAway = false;
  private isStopped = false;
  private wake: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: AutoscalerOptions) {}

  start(): void {
    this.loop = this.run();
  }

  /** Ends the loop; workers are the driver's business. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      await this.tick();
      if (this.isStopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.options.tickMs ?? TICK_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private async tick(): Promise<void> {
    const { redis, observer } = this.options;
    try {
      const [demand, records] = await Promise.all([readDemand(redis), readWorkers(redis)]);
      if (this.isStopped) return;
      if (this.isRedisAway) observer.log('info', 'Redis is back');
      this.isRedisAway = false;
      await this.act(demand, records);
    } catch (error) {
      if (!this.isRedisAway)
        observer.log('warn', 'Redis cannot be reached; the workers stay as they are', { error: String(error) });
      this.isRedisAway = true;
      // Nobody is known to be idle, or missing, while nobody can be seen.
      this.idleSince = new Map();
      this.unseenSince = new Map();
    }
  }

  private async act(demand: Awaited<ReturnType<typeof readDemand>>, all: readonly WorkerRecord[]): Promise<void> {
    const { redis, driver, limits, observer } = this.options;
    const records: WorkerRecord[] = [];
    for (const record of all) {
      // It died without a word: its record must not pass for free slots until it expires.
      if (this.isHere(record) && driver.hasEnded(record.pid)) await leave(redis, record.workerId);
      else records.push(record);
    }
    const members = new Set(driver.members.map(({ pid }) => pid));
    const isOwn = (record: WorkerRecord): boolean => this.isHere(record) && members.has(record.pid);
    const seen = new Set(records.filter(isOwn).map(({ pid }) => pid));
    const decision = decideScaling(
      {
        demand,
        workers: records.map((record) => ({
          workerId: record.workerId,
          slots: record.slots,
          busy: record.busy.length,
          draining: record.draining,
          isOwn: isOwn(record),
        })),
        starting: members.size - seen.size,
        idleSince: this.idleSince,
        now: performance.now(),
      },
      limits,
    );
    this.idleSince = decision.idleSince;
    if (driver.canStart) for (let i = 0; i < decision.start; i += 1) driver.start();
    for (const workerId of decision.retire) {
      const pid = records.find((record) => record.workerId === workerId)?.pid;
      observer.log('info', 'worker is not needed any more and retires', { workerId, pid });
      await requestRetire(redis, workerId);
      if (pid !== undefined) driver.expectEnd(pid);
    }
    this.reportOversized(decision.oversized);
    this.endUnseen(seen);
  }

  private isHere(record: WorkerRecord): boolean {
    return record.host === this.options.host;
  }

  private reportOversized(runIds: readonly string[]): void {
    const { observer, limits } = this.options;
    for (const runId of runIds) {
      if (this.reported.has(runId)) continue;
      observer.log('warn', 'a run needs more ranks than the fleet may have slots; no worker is started for it', {
        runId,
        maxWorkers: limits.maxWorkers,
        slotsPerWorker: limits.slotsPerWorker,
      });
    }
    this.reported.clear();
    for (const runId of runIds) this.reported.add(runId);
  }

  /** A worker that hangs before its first beat would count as starting for ever. */
  private endUnseen(seen: ReadonlySet<number>): void {
    const { driver, observer, startMs = START_MS } = this.options;
    const now = performance.now();
    const unseen = driver.members.filter(({ pid }) => !seen.has(pid));
    this.unseenSince = new Map(unseen.map(({ pid }) => [pid, this.unseenSince.get(pid) ?? now]));
    const late = [...this.unseenSince].filter(([, since]) => now - since > startMs).map(([pid]) => pid);
    if (late.length === 0) return;
    observer.log('error', 'workers do not make themselves known and are ended', { pids: late, startMs });
    void driver.stop(NEVER_CAME_GRACE_MS, late);
  }
}
