import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BusySlot, CreatedRun, CreateRunInput, DeliveryList, ErrorReport, MetricSeries, RunView } from '#contracts';
import { createRedis, readWorkers, whenReady } from '#queue';
import { findFreePort, openSession, type Part, type Session } from '#services';
import { Client } from 'pg';
import { freshDatabase, freshRedis, type Fresh } from './servers.js';

const appMain = (app: string): string => fileURLToPath(new URL(`../../apps/${app}/src/main.js`, import.meta.url));

export interface WorkerOptions {
  readonly slots?: number;
  readonly engine?: string;
  /** See `libs/trainer/src/faults.ts`. */
  readonly faults?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RankRow {
  readonly rank: number;
  readonly outcome: string | null;
  readonly error: ErrorReport | null;
  readonly lastStep: number | null;
  readonly finishedAt: Date | null;
}

/** The real system in real processes, with a database and a Redis of its own. Nothing of it outlives {@link stop}. */
export class TestFleet {
  private numWorkers = 0;

  private constructor(
    readonly session: Session,
    readonly database: Fresh,
    readonly redisUrl: string,
    private readonly releaseRedis: () => Promise<void>,
    readonly apiUrl: string,
    /** Temporary folder; `storage` in it is the workers' storage root. */
    readonly folder: string,
    readonly results: Part,
    readonly api: Part,
  ) {}

  /** @param redisUrl a server of the caller's own, for tests that kill it; default: a numbered database of the suite's server. */
  static async start(redisUrl?: string): Promise<TestFleet> {
    const session = await openSession();
    const folder = await mkdtemp(join(tmpdir(), 'arcfleet-fleet-'));
    await mkdir(join(folder, 'storage'));
    const [database, redis, port] = await Promise.all([
      freshDatabase(),
      redisUrl ? { url: redisUrl, release: () => Promise.resolve() } : freshRedis(),
      findFreePort(),
    ]);
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PORT: String(port),
      WEBHOOK_ALLOW_PRIVATE: 'true',
      ARCFLEET_STORAGE: join(folder, 'storage'),
    };
    const start = (name: string): Part =>
      session.startPart({ name, command: process.execPath, args: ['--enable-source-maps', appMain(name)], env, restart: true });
    const fleet = new TestFleet(
      session,
      database,
      redis.url,
      () => redis.release(),
      `http://127.0.0.1:${port}`,
      folder,
      start('results'),
      start('api'),
    );
    try {
      await fleet.until('the API is healthy', async () => (await fetch(`${fleet.apiUrl}/health`)).ok);
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  get storageRoot(): string {
    return join(this.folder, 'storage');
  }

  startWorker({ slots = 2, engine = 'wasm', faults, env = {} }: WorkerOptions = {}): Part {
    return this.session.startPart({
      name: `worker-${++this.numWorkers}`,
      command: process.execPath,
      args: ['--enable-source-maps', appMain('worker')],
      env: {
        REDIS_URL: this.redisUrl,
        ARCFLEET_STORAGE: this.storageRoot,
        ARCFLEET_SLOTS: String(slots),
        ARCFLEET_THREADS: '1',
        ARCFLEET_ENGINE: engine,
        ARCFLEET_FAULTS: faults,
        ...env,
      },
    });
  }

  async createRun(body: CreateRunInput): Promise<CreatedRun> {
    const response = await fetch(`${this.apiUrl}/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== 202) throw new Error(`POST /runs answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as CreatedRun;
  }

  run(id: string): Promise<RunView> {
    return this.get(`/runs/${id}`);
  }

  metrics(id: string): Promise<MetricSeries> {
    return this.get(`/runs/${id}/metrics`);
  }

  deliveries(id: string): Promise<DeliveryList> {
    return this.get(`/runs/${id}/deliveries`);
  }

  async cancel(id: string): Promise<RunView> {
    const response = await fetch(`${this.apiUrl}/runs/${id}/cancel`, { method: 'POST' });
    return (await response.json()) as RunView;
  }

  /** What the workers say that they are doing. */
  async busySlots(): Promise<BusySlot[]> {
    const redis = createRedis(this.redisUrl, 'fail-fast');
    redis.on('error', () => undefined);
    try {
      await whenReady(redis);
      return (await readWorkers(redis)).flatMap(({ busy }) => busy);
    } finally {
      redis.disconnect();
    }
  }

  /** Process of the trainer that holds a rank of the run. */
  async trainerPid(runId: string, rank: number): Promise<number> {
    const slot = (await this.busySlots()).find((each) => each.runId === runId && each.rank === rank);
    if (!slot?.trainerPid) throw new Error(`rank ${rank} of ${runId} has no trainer`);
    return slot.trainerPid;
  }

  /** How the ranks of a generation ended, in rank order. */
  async ranks(runId: string, generation: number): Promise<RankRow[]> {
    return this.query(
      `select rank, outcome, error, last_step as "lastStep", finished_at as "finishedAt" from ranks
        where run_id = $1 and generation = $2 order by rank`,
      [runId, generation],
    );
  }

  async query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query(sql, parameters)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** Waits until the run is as wanted; a run that ends otherwise fails the test at once, with its error. */
  async untilRun(id: string, what: string, isWanted: (run: RunView) => boolean, timeoutMs = 90_000): Promise<RunView> {
    let last: RunView | undefined;
    await this.until(
      `the run is ${what}`,
      async () => {
        last = await this.run(id);
        if (isWanted(last)) return true;
        if (['succeeded', 'failed', 'canceled'].includes(last.status)) {
          throw new Error(`the run is ${last.status}, not ${what}: ${JSON.stringify(last.error)}`);
        }
        return false;
      },
      timeoutMs,
    );
    return last as RunView;
  }

  untilEnded(id: string, status: RunView['status'], timeoutMs?: number): Promise<RunView> {
    return this.untilRun(id, status, (run) => run.status === status, timeoutMs);
  }

  /** Asks again and again; its error at the deadline carries the ends of all logs. */
  async until(what: string, isTrue: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      let why: unknown;
      const done = await isTrue().catch((error: unknown) => {
        if (error instanceof TypeError) return false; // not reachable at the moment
        why = error;
        return false;
      });
      if (done) return;
      if (why !== undefined || Date.now() > deadline) throw this.withLogs(what, why);
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    await this.session.close();
    await Promise.all([this.database.release(), this.releaseRedis().catch(() => undefined)]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Answer of the API as it is. */
  post(path: string, body: unknown): Promise<Response> {
    return fetch(this.apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  get<T>(path: string): Promise<T> {
    return fetch(this.apiUrl + path).then((response) => response.json() as Promise<T>);
  }

  private withLogs(what: string, cause: unknown): Error {
    const logs = this.session.logTails().map(({ name, tail }) => `--- ${name}\n${tail}`);
    const reason = cause instanceof Error ? cause.message : 'too late';
    return new Error(`${what}: ${reason}\n${logs.join('\n')}`, { cause });
  }
}
