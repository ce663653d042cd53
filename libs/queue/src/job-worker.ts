import { JOBS, QUEUE_PREFIX, type Observer } from '#contracts';
import { UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { repeatStrategyOf, type NextTick } from './job-schedulers.js';
import type { JobData, JobName } from './job-types.js';

export interface JobContext {
  jobId: string;
  /** Aborted when the job's lock is lost: another process may hold the job now. */
  signal: AbortSignal;
}

export interface JobWorkerOptions {
  /** The caller owns and closes it; BullMQ duplicates it for its blocking reads. */
  connection: Redis;
  concurrency: number;
  observer: Observer;
  prefix?: string;
  /** How often a job may be found without a living worker and be started again. Rank jobs: never. */
  maxStalledCount?: number;
  /** For queues with job schedulers: the worker makes each next job. */
  nextTick?: NextTick;
  /** Shorter than the catalog's only in tests. */
  lockDurationMs?: number;
}

export interface JobWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Takes no more jobs; those that run go on. */
  pause(): Promise<void>;
  /** Waits for the running jobs, then ends. `force`: does not wait. */
  close(force?: boolean): Promise<void>;
}

/**
 * Typed consumer of one queue of the catalog. Data that does not fit its schema fails the job for good.
 *
 * BullMQ tells of a lost lock only by an event and lets the processor run on (measured, serverless-gpu-jobs.md 4.1): here
 * it aborts the job's signal.
 */
export function createJobWorker<N extends JobName>(
  name: N,
  handler: (data: JobData<N>, context: JobContext) => Promise<void>,
  options: JobWorkerOptions,
): JobWorker {
  const policy = JOBS[name];
  const { observer } = options;
  const running = new Map<string, AbortController>();
  let isPaused = false;

  const worker = new Worker(
    policy.queue,
    // Three declared parameters: with fewer, BullMQ makes no signal (it looks at `length`).
    async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
      // BullMQ's pause does not end a blocking read: what that brings goes back, with its attempt unused.
      if (isPaused) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const parsed = policy.schema.safeParse(job.data);
      if (!parsed.success) throw new UnrecoverableError(`job data of ${name} is not valid: ${parsed.error.message}`);
      const jobId = job.id ?? '';
      const lost = new AbortController();
      running.set(jobId, lost);
      try {
        const any = signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]);
        await handler(parsed.data as JobData<N>, { jobId, signal: any });
      } finally {
        running.delete(jobId);
      }
    },
    {
      connection: options.connection,
      prefix: options.prefix ?? QUEUE_PREFIX,
      concurrency: options.concurrency,
      autorun: false,
      lockDuration: options.lockDurationMs ?? policy.lockDurationMs,
      maxStalledCount: options.maxStalledCount ?? 0,
      ...(options.nextTick ? { settings: { repeatStrategy: repeatStrategyOf(options.nextTick) } } : {}),
      ...(options.lockDurationMs === undefined ? {} : { stalledInterval: options.lockDurationMs }),
    },
  );
  worker.on('error', (error) => observer.log('debug', 'queue worker', { queue: policy.queue, error: error.message }));
  worker.on('failed', (job, error) =>
    observer.log('warn', 'job failed', { queue: policy.queue, job: job?.id, error: error.message }),
  );
  worker.on('lockRenewalFailed', (jobIds: string[]) => {
    for (const jobId of jobIds) running.get(jobId)?.abort(new Error(`the lock of job ${jobId} is lost`));
  });

  let loop: Promise<void> | undefined;
  return {
    start: () => {
      loop ??= worker.run().catch((error: unknown) => {
        observer.log('error', 'queue worker ended', { queue: policy.queue, error: String(error) });
      });
    },
    pause: async () => {
      isPaused = true;
      await worker.pause(true);
    },
    close: async (force = false) => {
      await worker.close(force);
      if (!force) await loop;
    },
  };
}
