import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  controlKeys,
  HEARTBEAT_MS,
  rankJobId,
  type EngineName,
  type Observer,
  type RankJob,
  type TrainerSettings,
  type WorkerRecord,
  type RemoteAccess,
} from '#contracts';
import { beat, createJobWorker, createRedis, leave, parseWatermarkHint, readCommands, whenReady, type JobWorker } from '#queue';
import type { Redis } from 'ioredis';
import { RankSession } from './rank-session.js';
import { RecordOutlet } from './record-outlet.js';
import { openSpool, spoolFile } from './spool.js';

export interface SupervisorOptions {
  redisUrl: string;
  tensorRedisUrl: string;
  advertiseHost?: string | undefined;
  tcpPorts?: [number, number] | undefined;
  storageRoot: string;
  importRoots?: string[] | undefined;
  engine: EngineName | 'auto';
  slots: number;
  threads: number;
  engineFolder?: string;
  dataAccess?: RemoteAccess;
  devices: string[] | null;
  host: string;
  version: string;
  trainerMain: string;
  faults?: string | undefined;
  observer: Observer;
  /** Environment that trainers inherit. */
  env: NodeJS.ProcessEnv;
  timing?: Partial<SupervisorTiming>;
  /** Prefix of BullMQ's keys; tests use their own. */
  queuePrefix?: string;
}

export interface SupervisorTiming {
  heartbeatMs: number;
  /** How long a retiring worker goes on taking jobs: until admission has surely seen that it retires. */
  retireMs: number;
  exitMs: number;
  commitMs: number;
  checkMs: number;
  lockDurationMs: number | undefined;
}

const TIMING: SupervisorTiming = {
  heartbeatMs: HEARTBEAT_MS,
  retireMs: 2_500,
  exitMs: 15_000,
  // `results` may be away for a while; giving up means that a finished rank counts as lost.
  commitMs: 600_000,
  checkMs: 1_000,
  lockDurationMs: undefined,
};

/** How long records may still be committed once a shutdown's grace is over. */
const LAST_COMMIT_MS = 5_000;

/**
 * One machine's slots: takes rank jobs, runs a trainer child for each, keeps lock and heartbeat, carries records out and
 * commands in. It computes nothing itself, so its event loop is always free.
 */
export class Supervisor {
  readonly workerId: string;
  /** Settles when the worker has left because it was asked to retire. */
  readonly retired: Promise<void>;

  private readonly timing: SupervisorTiming;
  private readonly startedAt = new Date().toISOString();
  private readonly sessions = new Map<string, { session: RankSession; outlet: RecordOutlet }>();
  private readonly freeSlots: number[];
  private readonly redis: Redis;
  private readonly jobs: Redis;
  private readonly subscriber: Redis;
  private jobWorker: JobWorker | undefined;
  private spool = '';
  private draining = false;
  private leaving = false;
  private retireSince: number | null = null;
  private takingJobs = false;
  private paused = false;
  private stopped = false;
  private redisAway = false;
  private wakeBeat: () => void = () => undefined;
  private beating: Promise<void> = Promise.resolve();
  private onRetired: () => void = () => undefined;

  constructor(private readonly options: SupervisorOptions) {
    const host = options.host.replace(/[^A-Za-z0-9.-]/g, '-');
    this.workerId = `${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
    this.timing = { ...TIMING, ...options.timing };
    this.freeSlots = Array.from({ length: options.slots }, (_unused, slot) => slot);
    this.retired = new Promise((resolve) => (this.onRetired = resolve));
    this.redis = createRedis(options.redisUrl, 'fail-fast');
    this.jobs = createRedis(options.redisUrl, 'blocking');
    this.subscriber = createRedis(options.redisUrl, 'blocking');
    for (const connection of [this.redis, this.jobs, this.subscriber]) connection.on('error', () => undefined);
  }

  /** Makes itself known, then takes jobs. Keeps trying while Redis cannot be reached. */
  async start(): Promise<void> {
    const { options } = this;
    this.spool = await openSpool(join(options.storageRoot, 'spool'), this.workerId);
    this.subscriber.on('message', (channel, payload) => this.onHint(channel, payload));
    void this.subscriber.subscribe(controlKeys.watermarkChannel, controlKeys.commandChannel).catch(() => undefined);
    // What was sent into a lost connection may be lost too.
    this.redis.on('ready', () => {
      for (const { outlet } of this.sessions.values()) outlet.resend();
      this.wakeBeat();
    });
    const jobWorker = createJobWorker('rank', (job, { signal }) => this.work(job, signal), {
      connection: this.jobs,
      concurrency: options.slots,
      observer: options.observer,
      ...(options.queuePrefix === undefined ? {} : { prefix: options.queuePrefix }),
      ...(this.timing.lockDurationMs === undefined ? {} : { lockDurationMs: this.timing.lockDurationMs }),
    });
    this.jobWorker = jobWorker;
    this.beating = this.beatLoop(jobWorker);
  }

  /** From the first beat that admission could see, until `retireMs` after the first one that said it is draining. */
  get takesJobs(): boolean {
    return this.takingJobs && !this.leaving;
  }

  /** Soon takes no more jobs, and leaves when idle; {@link retired} tells when. */
  retire(): void {
    this.draining = true;
    this.retireSince ??= Date.now();
    this.wakeBeat();
  }

  /**
   * Takes no more jobs, lets the trainers stop at a checkpoint within `graceMs`, ends those that did not, leaves.
   * Bounded even without Redis.
   */
  async shutdown(graceMs: number): Promise<void> {
    if (this.leaving) return;
    this.leaving = true;
    this.draining = true;
    this.wakeBeat();
    const closed = this.jobWorker?.close() ?? Promise.resolve();
    this.eachSession((session) => session.stop('stop'));
    if (!(await within(closed, graceMs))) {
      this.eachSession((session) => session.abort('its worker shuts down'));
      if (!(await within(closed, LAST_COMMIT_MS))) {
        this.eachSession((session) => session.abandon());
        await within(closed, 2_000);
        // Without Redis BullMQ would wait for ever to report the jobs.
        void this.jobWorker?.close(true).catch(() => undefined);
      }
    }
    this.stopped = true;
    this.wakeBeat();
    await this.beating;
    await leave(this.redis, this.workerId).catch(() => undefined);
    for (const connection of [this.redis, this.jobs, this.subscriber]) connection.disconnect();
    await rm(this.spool, { recursive: true, force: true });
  }

  private async work(job: RankJob, signal: AbortSignal): Promise<void> {
    const { options, timing, workerId } = this;
    const id = rankJobId(job);
    // A flushed Redis may hand out a job again whose rank is still running here.
    if (this.sessions.has(id)) throw new Error(`rank job ${id} is already running on this worker`);
    const slot = this.freeSlots.shift();
    if (slot === undefined) throw new Error('no free slot');
    const outlet = new RecordOutlet({
      address: { runId: job.runId, generation: job.generation, rank: job.rank },
      workerId,
      redis: this.redis,
      spoolFile: spoolFile(this.spool, job),
      observer: options.observer,
      checkMs: timing.checkMs,
    });
    const settings: TrainerSettings = {
      engine: job.config.engine === 'auto' ? options.engine : job.config.engine,
      threads: options.threads,
      ...(options.engineFolder === undefined ? {} : { engineFolder: options.engineFolder }),
      ...(options.dataAccess === undefined ? {} : { dataAccess: options.dataAccess }),
      redisUrl: options.tensorRedisUrl,
      ...(options.advertiseHost === undefined ? {} : { advertiseHost: options.advertiseHost }),
      ...(options.tcpPorts === undefined ? {} : { tcpPorts: options.tcpPorts }),
      storageRoot: options.storageRoot,
      ...(options.importRoots === undefined ? {} : { importRoots: options.importRoots }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    };
    const device = options.devices?.[slot];
    const session = new RankSession({
      job,
      slot,
      workerId,
      version: options.version,
      outlet,
      settings,
      trainerMain: options.trainerMain,
      env: { ...options.env, ...(device === undefined ? {} : { CUDA_VISIBLE_DEVICES: device }) },
      observer: options.observer,
      exitMs: timing.exitMs,
      commitMs: timing.commitMs,
    });
    this.sessions.set(id, { session, outlet });
    if (this.leaving) session.stop('stop');
    signal.addEventListener('abort', () => session.lockLost(), { once: true });
    this.wakeBeat();
    try {
      await session.run();
    } finally {
      this.sessions.delete(id);
      this.freeSlots.unshift(slot);
      this.freeSlots.sort((a, b) => a - b);
      this.wakeBeat();
    }
  }

  /** Heartbeat, commands, retirement. One after the other: two beats never overtake each other. */
  private async beatLoop(jobWorker: JobWorker): Promise<void> {
    // The connection is just being made; without this the first beat would always fail, and say so.
    await within(whenReady(this.redis), this.timing.heartbeatMs);
    while (!this.stopped) {
      let woken = false;
      const wake = new Promise<void>((resolve) => {
        this.wakeBeat = () => {
          woken = true;
          resolve();
        };
      });
      const known = await this.beatOnce();
      // Only a worker that admission can see takes jobs.
      if (known && !this.takingJobs && !this.draining) {
        jobWorker.start();
        this.takingJobs = true;
      }
      await this.retireWhenIdle(jobWorker);
      if (!woken && !this.stopped) {
        const timer = setTimeout(() => this.wakeBeat(), this.timing.heartbeatMs);
        await wake;
        clearTimeout(timer);
      }
    }
  }

  private async beatOnce(): Promise<boolean> {
    try {
      const { retire } = await beat(this.redis, this.describe());
      if (retire && !this.draining) this.retire();
      await this.obeyCommands();
      if (this.redisAway) this.options.observer.log('info', 'Redis is back', { workerId: this.workerId });
      this.redisAway = false;
      return true;
    } catch (error) {
      if (!this.redisAway) this.options.observer.log('warn', 'Redis cannot be reached', { error: String(error) });
      this.redisAway = true;
      return false;
    }
  }

  private async obeyCommands(): Promise<void> {
    const sessions = [...this.sessions.values()].map(({ session }) => session);
    const commands = await readCommands(
      this.redis,
      sessions.map((session) => session.generation),
    );
    sessions.forEach((session, index) => {
      const command = commands[index];
      if (command) session.command(command);
    });
  }

  private async retireWhenIdle(jobWorker: JobWorker): Promise<void> {
    if (this.retireSince === null || this.leaving || Date.now() - this.retireSince < this.timing.retireMs) return;
    if (!this.paused) {
      this.paused = true;
      await jobWorker.pause();
      this.takingJobs = false;
      return;
    }
    if (this.sessions.size === 0) this.onRetired();
  }

  private onHint(channel: string, payload: string): void {
    if (channel === controlKeys.commandChannel) {
      const mine = [...this.sessions.values()].some(({ session }) => {
        const { runId, generation } = session.generation;
        return payload === `${runId}/${generation}`;
      });
      if (mine) this.wakeBeat();
      return;
    }
    const mark = parseWatermarkHint(payload);
    if (mark === null) return;
    this.sessions.get(rankJobId(mark))?.outlet.onWatermark(mark);
  }

  private describe(): WorkerRecord {
    const { options } = this;
    return {
      workerId: this.workerId,
      host: options.host,
      pid: process.pid,
      version: options.version,
      engine: options.engine,
      slots: options.slots,
      busy: [...this.sessions.values()].map(({ session }) => session.describe()),
      draining: this.draining,
      startedAt: this.startedAt,
      at: new Date().toISOString(),
    };
  }

  private eachSession(act: (session: RankSession) => void): void {
    for (const { session } of this.sessions.values()) act(session);
  }
}

/** True when the promise settled in time. */
async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const result = await Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    late,
  ]);
  clearTimeout(timer);
  return result;
}
