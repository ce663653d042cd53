import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  controlKeys,
  rankJobId,
  runConfigSchema,
  silentObserver,
  type ProgressRecord,
  type TrainingJob,
  type RecordBody,
  type WorkerRecord,
} from '#contracts';
import { createJobQueue, createRedis, ProgressReader, readWorkers, writeCommand, writeWatermarks, type JobQueue } from '#queue';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Supervisor, type SupervisorTiming } from './supervisor.js';

const trainerMain = fileURLToPath(new URL('./testing/fake-trainer.js', import.meta.url));

/** Commits what supervisors send, as `results` does, and lets tests wait for what came. */
class FakeResults {
  readonly records: ProgressRecord[] = [];
  committing = true;
  private readonly next = new Map<string, number>();
  private stopped = false;
  private readonly loop: Promise<void>;
  private watchers: (() => void)[] = [];

  constructor(
    private readonly redis: Redis,
    private readonly reader: ProgressReader,
  ) {
    this.loop = this.run();
  }

  async until(condition: (records: ProgressRecord[]) => boolean): Promise<ProgressRecord[]> {
    while (!condition(this.records)) await new Promise<void>((resolve) => this.watchers.push(resolve));
    return this.records;
  }

  bodies(rank = 0): RecordBody[] {
    return this.records.filter((record) => record.rank === rank).map((record) => record.body);
  }

  finished(rank = 0): Extract<RecordBody, { type: 'rank.finished' }> | undefined {
    return this.bodies(rank).find((body) => body.type === 'rank.finished');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      for (const { id, record } of await this.reader.read(50, 50)) {
        if (record !== null && this.committing) {
          const key = rankJobId(record);
          const expected = this.next.get(key) ?? 0;
          if (record.seq === expected) {
            this.records.push(record);
            this.next.set(key, expected + 1);
          }
          await writeWatermarks(this.redis, [{ ...record, nextSeq: this.next.get(key) ?? 0 }]);
        }
        await this.reader.acknowledge([id]);
      }
      for (const watcher of this.watchers.splice(0)) watcher();
    }
  }
}

describe('supervisor on a real Redis', () => {
  let server: Fresh;
  let storageRoot: string;
  let redis: Redis;
  let blocking: Redis;
  let queue: JobQueue<'rank'>;
  let results: FakeResults;
  let queuePrefix: string;
  const supervisors: Supervisor[] = [];

  beforeAll(async () => {
    server = await freshRedis();
    storageRoot = await mkdtemp(join(tmpdir(), 'arcfleet-worker-spec-'));
    redis = createRedis(server.url, 'fail-fast');
    blocking = createRedis(server.url, 'blocking');
    await new Promise((resolve) => redis.once('ready', resolve));
  });
  beforeEach(async () => {
    await redis.flushdb();
    queuePrefix = `spec-${randomUUID()}`;
    queue = createJobQueue('rank', { connection: blocking, prefix: queuePrefix });
    results = new FakeResults(redis, new ProgressReader({ blocking: blocking.duplicate(), redis, consumer: 'spec' }));
  });
  afterEach(async () => {
    await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.shutdown(0)));
    await results.stop();
    await queue.close();
  });
  afterAll(async () => {
    redis.disconnect();
    blocking.disconnect();
    await server.release();
    await rm(storageRoot, { recursive: true, force: true });
  });

  async function startSupervisor(slots = 1, timing: Partial<SupervisorTiming> = {}): Promise<Supervisor> {
    const supervisor = new Supervisor({
      redisUrl: server.url,
      tensorRedisUrl: server.url,
      storageRoot,
      engine: 'cpu',
      slots,
      threads: 1,
      devices: null,
      host: 'spec-host',
      version: '0',
      trainerMain,
      observer: silentObserver,
      env: process.env,
      queuePrefix,
      timing: { heartbeatMs: 50, retireMs: 100, checkMs: 50, lockDurationMs: 1_000, commitMs: 20_000, ...timing },
    });
    supervisors.push(supervisor);
    await supervisor.start();
    return supervisor;
  }

  async function addJob(name: string, change: Partial<TrainingJob> = {}): Promise<TrainingJob> {
    const config = runConfigSchema.parse({ name, dataset: { path: '/data' }, maxSteps: 5 });
    const job: TrainingJob = {
      kind: 'training',
      runId: 'run',
      generation: 1,
      rank: 0,
      worldSize: 1,
      config,
      resumeFrom: null,
      rendezvousTimeoutMs: 1_000,
      ...change,
    };
    await queue.add([{ id: rankJobId(job), data: job }]);
    return job;
  }

  async function untilWorker(condition: (worker: WorkerRecord | undefined) => boolean): Promise<WorkerRecord | undefined> {
    for (;;) {
      const [worker] = await readWorkers(redis);
      if (condition(worker)) return worker;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('claims, carries the records out in order, and finishes the job only when all are committed', async () => {
    const supervisor = await startSupervisor();
    results.committing = false;
    const job = await addJob('ok');
    const worker = await untilWorker((it) => it?.busy[0]?.phase === 'finishing');
    expect(worker?.busy[0]).toMatchObject({ runId: 'run', generation: 1, rank: 0, slot: 0 });
    expect(await queue.state(rankJobId(job))).toBe('active');

    // What was read and thrown away is sent again.
    results.committing = true;
    await results.until(() => results.finished() !== undefined);
    expect(results.records.map((record) => record.seq)).toEqual([0, 1, 2, 3]);
    expect(results.bodies()[0]).toEqual({ type: 'rank.claimed', workerId: supervisor.workerId, slot: 0, version: '0' });
    expect(results.finished()).toMatchObject({ outcome: 'succeeded', step: 6 });
    await untilWorker((it) => it?.busy.length === 0);
    expect(await readdir(join(storageRoot, 'spool', supervisor.workerId))).toEqual([]);
  });

  it('sends everything again after Redis lost all its data', async () => {
    await startSupervisor();
    results.committing = false;
    await addJob('ok');
    await untilWorker((it) => it?.busy[0]?.phase === 'finishing');
    await redis.flushdb();
    results.committing = true;
    await results.until(() => results.finished() !== undefined);
    expect(results.records.map((record) => record.seq)).toEqual([0, 1, 2, 3]);
  });

  it('reports a trainer that dies', async () => {
    await startSupervisor();
    await addJob('crash');
    await results.until(() => results.finished() !== undefined);
    const { outcome, step, error } = results.finished()!;
    expect({ outcome, step, code: error?.code }).toEqual({ outcome: 'failed', step: 5, code: 'trainer_crashed' });
    expect(error?.message).toMatch(/rank 0 ended by SIGABRT after step 5: the last words/);
  });

  it('refuses a record that is not valid instead of leaving a hole in the channel', async () => {
    await startSupervisor();
    await addJob('nonsense');
    await results.until(() => results.finished() !== undefined);
    expect(results.finished()).toMatchObject({ outcome: 'failed', error: { code: 'internal' } });
  });

  it.each(['stop', 'cancel'] as const)('passes %s on to the trainer', async (command) => {
    await startSupervisor();
    await addJob('wait');
    await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await writeCommand(redis, { runId: 'run', generation: 1 }, { command, reason: 'spec' });
    await results.until(() => results.finished() !== undefined);
    expect(results.finished()?.outcome).toBe(command === 'stop' ? 'stopped' : 'canceled');
  });

  it('kills the trainer on abort', async () => {
    await startSupervisor();
    await addJob('wait');
    const worker = await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await writeCommand(redis, { runId: 'run', generation: 1 }, { command: 'abort', reason: 'a peer is gone' });
    await results.until(() => results.finished() !== undefined);
    expect(results.finished()).toMatchObject({ outcome: 'stopped', error: { code: 'peer_aborted' } });
    expect(() => process.kill(worker!.busy[0]!.trainerPid!, 0)).toThrow('ESRCH');
  });

  it('ends the rank when the lock of its job is lost', async () => {
    await startSupervisor();
    const job = await addJob('wait');
    await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await redis.del(`${queuePrefix}:rank:${rankJobId(job)}:lock`);
    await results.until(() => results.finished() !== undefined);
    expect(results.finished()).toMatchObject({ outcome: 'failed', error: { code: 'worker_lost' } });
  });

  it('gives up a rank that another worker holds', async () => {
    await startSupervisor();
    results.committing = false;
    await addJob('wait');
    const worker = await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await writeWatermarks(redis, [{ runId: 'run', generation: 1, rank: 0, nextSeq: 1, workerId: 'somebody-else' }]);
    await untilWorker((it) => it?.busy.length === 0);
    expect(() => process.kill(worker!.busy[0]!.trainerPid!, 0)).toThrow('ESRCH');
  });

  it('runs as many ranks as it has slots', async () => {
    await startSupervisor(2);
    for (const rank of [0, 1, 2]) await addJob('wait', { rank, worldSize: 3 });
    const worker = await untilWorker((it) => it?.busy.length === 2 && it.busy.every((slot) => slot.phase === 'training'));
    expect(worker?.busy.map((slot) => slot.slot)).toEqual([0, 1]);
    expect(await queue.state('run-g1-r2')).toBe('waiting');
  });

  it('lets the trainer stop at a checkpoint when it is shut down, and leaves', async () => {
    const supervisor = await startSupervisor();
    await addJob('wait');
    await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await supervisor.shutdown(20_000);
    expect(results.finished()?.outcome).toBe('stopped');
    expect(await readWorkers(redis)).toEqual([]);
  });

  it('retires when asked: finishes what it has, takes nothing more', async () => {
    const supervisor = await startSupervisor();
    await addJob('wait');
    await untilWorker((it) => it?.busy[0]?.phase === 'training');
    await redis.set(controlKeys.retire(supervisor.workerId), '1');
    await untilWorker((it) => it?.draining === true && !supervisor.takesJobs);
    await addJob('wait', { runId: 'next' });
    await writeCommand(redis, { runId: 'run', generation: 1 }, { command: 'cancel', reason: 'spec' });
    await supervisor.retired;
    expect(results.records.every((record) => record.runId === 'run')).toBe(true);
    expect(await queue.state('next-g1-r0')).toBe('waiting');
  });

  it('still takes what was admitted before anybody could see that it retires', async () => {
    const supervisor = await startSupervisor(1, { retireMs: 600_000 });
    await untilWorker((it) => it?.draining === false && supervisor.takesJobs);
    await redis.set(controlKeys.retire(supervisor.workerId), '1');
    await untilWorker((it) => it?.draining === true);
    await addJob('wait');
    await untilWorker((it) => it?.busy[0]?.phase === 'training');
    expect(supervisor.takesJobs).toBe(true);
  });
});
