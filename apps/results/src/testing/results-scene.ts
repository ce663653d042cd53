import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { runConfigSchema, silentObserver, type Observer, type RunConfigInput } from '#contracts';
import {
  createDataSource,
  createRun,
  getMetricSeries,
  getRun,
  requestCancel,
  runMigrations,
  type NewEndpoint,
  type RunDetails,
} from '#persistence';
import { createRedis, whenReady } from '#queue';
import { freshDatabase, freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import type { ControlTiming } from '../control/control-loop.js';
import { ResultsService } from '../results-service.js';
import type { ScheduleTiming } from '../schedules/schedule-loop.js';
import { FakeWorker, type RankScript } from './fake-worker.js';

/** Fast enough for tests; everything that decides is compared with it, so nothing else changes. */
const TIMING: Partial<ControlTiming> = { tickMs: 50, readdMs: 100, silence: { workerMs: 1_000, rankMs: 1_500 } };

/** `results` on a database and a Redis of its own, with workers that only pretend to train. One per spec file. */
export class ResultsScene {
  prefix = '';
  private readonly services: ResultsService[] = [];
  private readonly workers: FakeWorker[] = [];

  private constructor(
    readonly database: Fresh,
    readonly server: Fresh,
    readonly source: DataSource,
    readonly redis: Redis,
  ) {}

  static async open(): Promise<ResultsScene> {
    const [database, server] = await Promise.all([freshDatabase(), freshRedis()]);
    const source = await createDataSource(database.url).initialize();
    await runMigrations(source);
    const redis = createRedis(server.url, 'fail-fast');
    await whenReady(redis);
    return new ResultsScene(database, server, source, redis);
  }

  /** Empties everything. */
  async reset(): Promise<void> {
    this.prefix = `test-${randomUUID()}`;
    await this.redis.flushdb();
    await this.source.query('truncate runs cascade');
  }

  /** Ends what a test started. */
  async leave(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
    await Promise.all(this.services.splice(0).map((service) => service.stop()));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.source.destroy();
    await Promise.all([this.database.release(), this.server.release()]);
  }

  async startResults(
    control: Partial<ControlTiming> = {},
    observer: Observer = silentObserver,
    schedules: Partial<ScheduleTiming> = {},
  ): Promise<ResultsService> {
    const service = new ResultsService({
      databaseUrl: this.database.url,
      redisUrl: this.server.url,
      webhookAllowPrivate: true,
      observer,
      queuePrefix: this.prefix,
      timing: { control: { ...TIMING, ...control }, ingest: { staleMs: 300, takeOverEveryMs: 100 }, schedules, closeMs: 2_000 },
    });
    this.services.push(service);
    await service.start();
    return service;
  }

  async stopResults(service: ResultsService): Promise<void> {
    this.services.splice(this.services.indexOf(service), 1);
    await service.stop();
  }

  async startWorker(slots: number, script: RankScript, start: { takesJobs?: boolean } = {}): Promise<FakeWorker> {
    const { server, prefix, workers } = this;
    const worker = new FakeWorker({
      redisUrl: server.url,
      prefix,
      workerId: `w${workers.length}-${randomUUID()}`,
      slots,
      script,
    });
    workers.push(worker);
    await worker.start(start);
    return worker;
  }

  /** A run of 1 rank and 3 steps unless told otherwise. */
  submit(overrides: Partial<RunConfigInput> = {}, endpoints: readonly NewEndpoint[] = []): Promise<string> {
    const config = runConfigSchema.parse({
      dataset: { path: '/data' },
      maxSteps: 3,
      batch: { globalBatchSize: 12, bnGroupSize: 2 },
      ...overrides,
    });
    return this.source.transaction((manager) => createRun(manager, config, endpoints));
  }

  cancel(runId: string): Promise<void> {
    return this.source.transaction((manager) => requestCancel(manager, runId));
  }

  run(runId: string): Promise<RunDetails> {
    return getRun(this.source.manager, runId);
  }

  /** A run that ends otherwise fails the test at once. */
  untilStatus(runId: string, status: RunDetails['status']): Promise<RunDetails> {
    return until(`run ${status}`, async () => {
      const run = await this.run(runId);
      if (run.status !== status && ['succeeded', 'failed', 'canceled'].includes(run.status)) {
        throw new Error(`the run is ${run.status}: ${JSON.stringify(run.error)}`);
      }
      return run.status === status && run;
    });
  }

  /** Steps that have a loss. */
  async steps(runId: string): Promise<number[]> {
    const { metrics } = await getMetricSeries(this.source.manager, runId, { maxPoints: 1_000 });
    return (metrics.find(({ name }) => name === 'loss')?.points ?? []).map(({ step }) => step);
  }

  async numReservations(): Promise<number> {
    const rows: { n: number }[] = await this.source.query('select count(*)::int as n from reservations');
    return rows[0]?.n ?? 0;
  }
}

/** Looks again and again until there is something to see. */
export async function until<T>(what: string, look: () => Promise<T | undefined | null | false>, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`too late: ${what}`);
    await delay(20);
  }
}
