import { randomUUID } from 'node:crypto';
import { rankJobId, silentObserver, type TrainingJob, runConfigSchema } from '#contracts';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobQueue, createJobWorker, createRedis } from './index.js';

const job = (rank: number): TrainingJob => ({
  kind: 'training',
  runId: 'run-1',
  generation: 1,
  rank,
  worldSize: 2,
  config: runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 5 }),
  resumeFrom: null,
  rendezvousTimeoutMs: 1_000,
});

describe('rank jobs on a real Redis', () => {
  let server: Fresh;
  let connection: Redis;
  const options = () => ({ connection, prefix: `test-${randomUUID()}` });

  beforeAll(async () => {
    server = await freshRedis();
    connection = createRedis(server.url, 'blocking');
  });
  afterAll(async () => {
    connection.disconnect();
    await server.release();
  });

  it('runs a job once, however often its id was added', async () => {
    const common = options();
    const queue = createJobQueue('rank', common);
    const seen: string[] = [];
    let done = () => {};
    const both = new Promise<void>((resolve) => (done = resolve));
    const worker = createJobWorker(
      'rank',
      async (data, context) => {
        if (data.kind !== 'training') throw new Error(`kind ${data.kind}`);
        seen.push(`${context.jobId}/${data.rank}/${data.config.maxSteps}`);
        if (seen.length === 2) done();
      },
      { ...common, concurrency: 1, observer: silentObserver },
    );
    const jobs = [0, 1].map((rank) => ({ id: rankJobId(job(rank)), data: job(rank) }));
    await queue.add(jobs);
    await queue.add(jobs);
    worker.start();
    await both;
    await queue.add(jobs);
    await worker.close();
    expect(seen).toEqual(['run-1-g1-r0/0/5', 'run-1-g1-r1/1/5']);
    expect(await queue.state('run-1-g1-r0')).toBe('completed');
    await queue.close();
  });

  it('never starts a failed job again', async () => {
    const common = options();
    const queue = createJobQueue('rank', common);
    let starts = 0;
    const failed = new Promise<void>((resolve) => {
      const worker = createJobWorker(
        'rank',
        async () => {
          starts += 1;
          throw new Error('boom');
        },
        {
          ...common,
          concurrency: 1,
          observer: { log: (_level, message) => message === 'job failed' && void worker.close().then(resolve) },
        },
      );
      worker.start();
    });
    await queue.add([{ id: 'once', data: job(0) }]);
    await failed;
    expect(starts).toBe(1);
    expect(await queue.state('once')).toBe('failed');
    await queue.close();
  });

  it('aborts the signal when the lock is lost', async () => {
    const common = options();
    const queue = createJobQueue('rank', common);
    const worker = createJobWorker(
      'rank',
      async (_data, { signal }) => {
        await connection.del(`${common.prefix}:rank:gone:lock`);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        aborted();
      },
      { ...common, concurrency: 1, observer: silentObserver, lockDurationMs: 400 },
    );
    let aborted = () => {};
    const lost = new Promise<void>((resolve) => (aborted = resolve));
    worker.start();
    await queue.add([{ id: 'gone', data: job(0) }]);
    await lost;
    await worker.close();
    await queue.close();
  });

  it('takes nothing once it is paused, not even what it was already waiting for', async () => {
    const common = options();
    const [queue, taken] = [createJobQueue('rank', common), [] as string[]];
    const consumer = () =>
      createJobWorker('rank', async (_data, { jobId }) => void taken.push(jobId), {
        ...common,
        concurrency: 1,
        observer: silentObserver,
      });
    const paused = consumer();
    paused.start();
    // By then it is inside its blocking read. (Were it not, this would prove less, and still hold.)
    await new Promise((resolve) => setTimeout(resolve, 300));
    await paused.pause();
    await queue.add([{ id: 'late', data: job(0) }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(taken).toEqual([]);
    expect(await queue.state('late')).toBe('waiting');
    await paused.close();

    // Nobody's attempt was used up: another worker runs it.
    const other = consumer();
    other.start();
    while (taken.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await other.close();
    expect(await queue.state('late')).toBe('completed');
    await queue.close();
  });

  it('takes a waiting job out, and leaves an unknown id alone', async () => {
    const queue = createJobQueue('rank', options());
    await queue.add([{ id: 'a', data: job(0) }]);
    await queue.remove(['a', 'nobody']);
    expect(await queue.state('a')).toBe('unknown');
    await queue.close();
  });
});
