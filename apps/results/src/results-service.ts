import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import type { Observer } from '#contracts';
import { CHANNELS, createDataSource, runMigrations, startListener, type Listener } from '#persistence';
import {
  createJobQueue,
  createJobSchedulers,
  createJobWorker,
  createRedis,
  ProgressReader,
  whenReady,
  type JobQueue,
  type JobWorker,
} from '#queue';
import { nextTime } from '#schedules';
import { createDeliveryAgent, type AllowedHosts } from '#webhooks';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { Agent } from 'undici';
import { ControlLoop, type ControlTiming } from './control/control-loop.js';
import { DeliveryLoop, type DeliveryTiming } from './deliveries/delivery-loop.js';
import { DeliveryUpkeep } from './deliveries/delivery-upkeep.js';
import { IngestLoop, type IngestTiming } from './ingest/ingest-loop.js';
import { LogLoop, type LogSettings } from './logs/log-loop.js';
import { ScheduleLoop, type ScheduleTiming } from './schedules/schedule-loop.js';
import { HISTORY_SETTINGS, HistoryUpkeep, type HistorySettings } from './upkeep/history-upkeep.js';

export interface ResultsOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly webhookAllowPrivate: boolean;
  /** Private hosts that webhooks are delivered to all the same. */
  readonly webhookAllowHosts?: AllowedHosts;
  /** Days for which deliveries that have ended are kept. */
  readonly webhookKeptDays?: number;
  readonly history?: Partial<HistorySettings>;
  readonly observer: Observer;
  readonly logs?: Partial<LogSettings>;
  /** Prefix of BullMQ's keys; tests use their own. */
  readonly queuePrefix?: string;
  /** Shorter than usual in tests. */
  readonly timing?: {
    readonly control?: Partial<ControlTiming>;
    readonly ingest?: Partial<IngestTiming>;
    readonly deliveries?: Partial<DeliveryTiming>;
    readonly schedules?: Partial<ScheduleTiming>;
    readonly closeMs?: number;
  };
}

export const LOG_SETTINGS: LogSettings = { maxBytes: 8_000_000, keptMs: 30 * 24 * 3_600_000 };
const KEPT_DAYS = 30;
const SCHEDULE_CONCURRENCY = 4;
/** How long deliveries under way may take at the end; what is cut off is tried again. */
const CLOSE_MS = 5_000;
const LAST_MS = 1_000;

/** The writer of all run progress: migrates, then ingests records, decides about runs, delivers webhooks. */
export class ResultsService {
  private readonly dataSource: DataSource;
  private readonly redis: Redis;
  private readonly blocking: Redis;
  private readonly jobs: Redis;
  private readonly rankQueue: JobQueue<'rank'>;
  private readonly agent: Agent;
  private readonly control: ControlLoop;
  private readonly ingest: IngestLoop;
  private readonly logs: LogLoop;
  private readonly deliveries: DeliveryLoop;
  private readonly upkeep: DeliveryUpkeep;
  private readonly history: HistoryUpkeep;
  private readonly schedules: ScheduleLoop;
  private readonly scheduleWorker: JobWorker;
  private listener: Listener | undefined;

  constructor(private readonly options: ResultsOptions) {
    const { databaseUrl, redisUrl, observer, queuePrefix, timing } = options;
    this.dataSource = createDataSource(databaseUrl, { applicationName: 'arcfleet-results', poolSize: 12 });
    this.redis = createRedis(redisUrl, 'fail-fast');
    this.blocking = createRedis(redisUrl, 'blocking');
    this.jobs = createRedis(redisUrl, 'blocking');
    for (const connection of [this.redis, this.blocking, this.jobs]) connection.on('error', () => undefined);
    const prefix = queuePrefix === undefined ? {} : { prefix: queuePrefix };
    this.rankQueue = createJobQueue('rank', { connection: this.redis, ...prefix });
    this.agent = createDeliveryAgent({
      allowPrivate: options.webhookAllowPrivate,
      ...(options.webhookAllowHosts ? { allowedHosts: options.webhookAllowHosts } : {}),
    });
    const { dataSource, redis, rankQueue } = this;
    this.control = new ControlLoop({
      dataSource,
      redis,
      rankQueue,
      observer,
      ...(timing?.control ? { timing: timing.control } : {}),
    });
    this.ingest = new IngestLoop({
      dataSource,
      redis,
      reader: new ProgressReader({
        blocking: this.blocking,
        redis,
        consumer: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
      }),
      onFinished: () => this.control.wake(),
      observer,
      ...(timing?.ingest ? { timing: timing.ingest } : {}),
    });
    this.logs = new LogLoop({ dataSource, redis, observer, settings: { ...LOG_SETTINGS, ...options.logs } });
    this.deliveries = new DeliveryLoop({ dataSource, dispatcher: this.agent, observer, timing: timing?.deliveries });
    this.upkeep = new DeliveryUpkeep({ dataSource, keptDays: options.webhookKeptDays ?? KEPT_DAYS, observer });
    this.history = new HistoryUpkeep({ dataSource, observer, settings: { ...HISTORY_SETTINGS, ...options.history } });
    this.schedules = new ScheduleLoop({
      dataSource,
      tickers: createJobSchedulers('schedule', { connection: redis, nextTick: nextTime, ...prefix }),
      observer,
      ...(timing?.schedules ? { timing: timing.schedules } : {}),
    });
    this.scheduleWorker = createJobWorker('schedule', ({ scheduleId }) => this.schedules.onTick(scheduleId), {
      connection: this.jobs,
      concurrency: SCHEDULE_CONCURRENCY,
      observer,
      maxStalledCount: 3,
      nextTick: nextTime,
      ...prefix,
    });
  }

  /**
   * Does without Redis what can be done without it, and the rest once it is there; `signal` ends the waiting for that.
   * @throws when the database cannot be reached or migrated.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const { options } = this;
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    const applied = await runMigrations(this.dataSource);
    if (applied.length > 0) options.observer.log('info', 'database migrated', { applied });
    // Their truth is in Postgres alone: what is due fires and is delivered without Redis, too.
    this.schedules.start();
    this.deliveries.start();
    this.upkeep.start();
    this.history.start();
    this.listener = startListener(options.databaseUrl, [CHANNELS.runs, CHANNELS.deliveries, CHANNELS.schedules], {
      onNotify: (channel) => this.onNotify(channel),
      onError: (error) => options.observer.log('warn', 'lost the connection for notifications', { error: error.message }),
    });
    await Promise.race([whenReady(this.redis), aborted(signal)]);
    if (signal?.aborted) return;
    this.control.start();
    this.ingest.start();
    this.logs.start();
    this.scheduleWorker.start();
  }

  private onNotify(channel: string): void {
    if (channel === CHANNELS.runs) this.control.wake();
    else if (channel === CHANNELS.deliveries) this.deliveries.wake();
    else this.schedules.wake();
  }

  /** Ends in order: nothing is taken any more, what is under way finishes, connections close. Bounded even without Redis. */
  async stop(): Promise<void> {
    await this.listener?.close();
    const { control, logs, deliveries, upkeep, history, schedules } = this;
    await Promise.all([control, logs, deliveries, upkeep, history, schedules].map((part) => part.stop()));
    const settling = [this.deliveries.settle(), this.scheduleWorker.close(), this.ingest.stop()];
    const closing = Promise.all(settling).catch(() => undefined);
    await atMost(this.options.timing?.closeMs ?? CLOSE_MS, closing);
    // Deliveries that are still under way end now; that they failed is recorded while database and Redis are there.
    await this.agent.destroy();
    await atMost(LAST_MS, closing);
    for (const connection of [this.redis, this.blocking, this.jobs]) connection.disconnect();
    await closing;
    await this.dataSource.destroy();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function atMost(ms: number, done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([done, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
