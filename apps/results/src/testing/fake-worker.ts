import { setTimeout as delay } from 'node:timers/promises';
import {
  silentObserver,
  type ErrorCode,
  type GenerationCommand,
  type ProgressRecord,
  type RankJob,
  type RecordBody,
  type RecordOf,
} from '#contracts';
import { appendRecords, beat, createJobWorker, createRedis, leave, readCommands, readWatermark, type JobWorker } from '#queue';
import type { Redis } from 'ioredis';

/** What a rank does instead of training. It ends when its promise does. */
export type RankScript = (rank: FakeRank) => Promise<void>;

const LOOK_MS = 25;

/** The sending end of one rank's channel, and the commands that it hears. */
export class FakeRank {
  readonly records: ProgressRecord[] = [];
  private committed = 0;

  constructor(
    readonly job: RankJob,
    readonly workerId: string,
    private readonly redis: Redis,
    private readonly isDead: () => boolean,
  ) {}

  /** Numbers a record and sends it. */
  async emit(body: RecordBody): Promise<void> {
    const { runId, generation, rank } = this.job;
    const { workerId } = this;
    this.records.push({ runId, generation, rank, seq: this.records.length, workerId, at: new Date().toISOString(), body });
    await this.send();
  }

  finish(outcome: RecordOf<'rank.finished'>['outcome'], code?: ErrorCode): Promise<void> {
    const error = code ? { error: { code, message: `rank ${this.job.rank} says ${code}` } } : {};
    return this.emit({ type: 'rank.finished', outcome, step: null, ...error });
  }

  /** Waits for a command; null when the worker died before one came. */
  async command(): Promise<GenerationCommand | null> {
    while (!this.isDead()) {
      const [command] = await readCommands(this.redis, [this.job]).catch(() => [null]);
      if (command) return command;
      await delay(LOOK_MS);
    }
    return null;
  }

  /** Sends what is not committed again and again until everything is, or the worker dies. */
  async drain(): Promise<void> {
    while (!this.isDead()) {
      const before = this.committed;
      const mark = await readWatermark(this.redis, this.job).catch(() => null);
      if (mark?.workerId === this.workerId) this.committed = Math.max(this.committed, mark.nextSeq);
      if (this.committed >= this.records.length || (mark && mark.workerId !== this.workerId)) return;
      if (this.committed === before) await this.send();
      await delay(10 * LOOK_MS);
    }
  }

  private async send(): Promise<void> {
    if (!this.isDead()) await appendRecords(this.redis, this.records.slice(this.committed)).catch(() => undefined);
  }
}

export interface FakeWorkerOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly workerId: string;
  readonly slots: number;
  readonly script: RankScript;
}

/** A worker as far as `results` can see it: it beats, takes rank jobs, sends records, and can be killed. */
export class FakeWorker {
  readonly ranks: FakeRank[] = [];
  private readonly redis: Redis;
  private readonly jobs: Redis;
  private readonly jobWorker: JobWorker;
  private readonly busy = new Set<FakeRank>();
  private beating: NodeJS.Timeout | undefined;
  private dead = false;

  constructor(private readonly options: FakeWorkerOptions) {
    this.redis = createRedis(options.redisUrl, 'blocking');
    this.jobs = createRedis(options.redisUrl, 'blocking');
    for (const connection of [this.redis, this.jobs]) connection.on('error', () => undefined);
    this.jobWorker = createJobWorker('rank', (job) => this.work(job), {
      connection: this.jobs,
      prefix: options.prefix,
      concurrency: options.slots,
      observer: silentObserver,
    });
  }

  /** Can be seen from now on. `takesJobs: false`: seen, but nothing else. */
  async start({ takesJobs = true } = {}): Promise<void> {
    await this.beat();
    this.beating = setInterval(() => void this.beat().catch(() => undefined), 100);
    if (takesJobs) this.jobWorker.start();
  }

  /** Ends as by SIGKILL: no word to anybody. */
  async kill(): Promise<void> {
    this.dead = true;
    clearInterval(this.beating);
    await this.jobWorker.close(true).catch(() => undefined);
    this.redis.disconnect();
    this.jobs.disconnect();
  }

  async stop(): Promise<void> {
    if (!this.dead) await leave(this.redis, this.options.workerId).catch(() => undefined);
    await this.kill();
  }

  private async work(job: RankJob): Promise<void> {
    const rank = new FakeRank(job, this.options.workerId, this.redis, () => this.dead);
    this.ranks.push(rank);
    this.busy.add(rank);
    try {
      await rank.emit({ type: 'rank.claimed', workerId: this.options.workerId, slot: 0 });
      await this.options.script(rank);
      await rank.drain();
    } finally {
      this.busy.delete(rank);
    }
  }

  private async beat(): Promise<void> {
    const { workerId, slots } = this.options;
    const at = new Date().toISOString();
    await beat(this.redis, {
      workerId,
      host: 'here',
      pid: 1,
      version: '0',
      engine: 'auto',
      slots,
      busy: [...this.busy].map(({ job: { runId, generation, rank } }) => ({
        runId,
        generation,
        rank,
        slot: 0,
        phase: 'training',
        step: 0,
        trainerPid: null,
      })),
      draining: false,
      startedAt: at,
      at,
    });
  }
}

/** Trains `steps` steps in no time and succeeds. */
export const succeed =
  (steps = 3): RankScript =>
  async (rank) => {
    if (rank.job.rank === 0) {
      const first = (rank.job.kind === 'training' ? (rank.job.resumeFrom?.step ?? 0) : 0) + 1;
      await rank.emit(trainingStarted(first - 1));
      for (let step = first; step <= steps; step++) await rank.emit(lossAt(step));
      const files = [{ path: 'model.json', sizeBytes: 1, sha256: '0'.repeat(64) }];
      const folder = `runs/${rank.job.runId}/model/x`;
      const facts = { accuracies: [], isBest: false, isLast: true };
      await rank.emit({ type: 'model.written', step: steps, folder, files, ...facts });
    }
    await rank.finish('succeeded');
  };

/** Runs until it is told otherwise, and then does as it is told. */
export const obey: RankScript = async (rank) => {
  if (rank.job.rank === 0) await rank.emit(trainingStarted(0));
  const order = await rank.command();
  if (order === null) return;
  if (order.command === 'abort') await rank.finish('stopped', 'peer_aborted');
  else await rank.finish(order.command === 'cancel' ? 'canceled' : 'stopped');
};

export const fail =
  (code: ErrorCode): RankScript =>
  (rank) =>
    rank.finish('failed', code);

export function trainingStarted(step: number): RecordBody {
  const facts = { totalSteps: 100, numClasses: 7, numImages: 70, numParameters: 1, engine: 'wasm', engineDetails: 'none' };
  return { type: 'training.started', step, ...facts };
}

export const lossAt = (step: number): RecordBody => ({ type: 'metrics', points: [{ step, values: { loss: 100 - step } }] });

export function checkpointAt({ runId, generation, worldSize }: RankJob, step: number): RecordBody {
  return {
    type: 'checkpoint.written',
    manifest: {
      version: 1,
      runId,
      generation,
      step,
      worldSize,
      numClasses: 7,
      folder: `runs/${runId}/checkpoints/g${generation}-s${step}`,
      shards: [[0, 7]],
      files: [{ path: 'backbone.safetensors', sizeBytes: 1, sha256: '0'.repeat(64) }],
      backboneHash: 'x',
      best: null,
    },
  };
}
