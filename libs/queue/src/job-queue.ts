import { JOBS, QUEUE_PREFIX } from '#contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobData, JobName } from './job-types.js';

/** Finished jobs stay long enough to make a repeated add harmless and to be looked at. */
const KEEP = { age: 3_600, count: 10_000 };

export interface JobQueueOptions {
  /** The caller owns and closes it. */
  connection: Redis;
  /** Prefix of the keys; tests use their own. */
  prefix?: string;
}

export interface NewJob<N extends JobName> {
  /** Adding an id twice changes nothing while BullMQ still knows the first one. */
  id: string;
  data: JobData<N>;
  delayMs?: number;
  /** Nothing of it stays in Redis once it has ended; for data that must not. */
  isForgotten?: boolean;
}

/** Typed producer of one queue of the catalog. */
export interface JobQueue<N extends JobName> {
  /** Adds all in one call. Ids must not contain ":" nor be all digits (BullMQ). */
  add(jobs: readonly NewJob<N>[]): Promise<void>;
  /** Takes jobs out that no worker has begun; active ones stay (their worker holds the lock). */
  remove(ids: readonly string[]): Promise<void>;
  /** `unknown` when BullMQ has no such job. */
  state(id: string): Promise<string>;
  close(): Promise<void>;
}

export function createJobQueue<N extends JobName>(name: N, options: JobQueueOptions): JobQueue<N> {
  const policy = JOBS[name];
  let opening: Promise<Queue> | null = null;
  // Opened at the first use: a queue that finds no connection while it opens would stay broken for ever.
  const open = (): Promise<Queue> => {
    opening ??= openQueue(policy, options).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    add: async (jobs) => {
      if (jobs.length === 0) return;
      const queue = await open();
      await queue.addBulk(
        jobs.map(({ id, data, delayMs, isForgotten }) => ({
          name,
          data,
          opts: {
            jobId: id,
            ...(delayMs === undefined ? {} : { delay: delayMs }),
            ...(isForgotten ? { removeOnComplete: true, removeOnFail: true } : {}),
          },
        })),
      );
    },
    remove: async (ids) => {
      const queue = await open();
      // `remove` answers 0 for a locked job: exactly the one that must stay.
      for (const id of ids) await queue.remove(id).catch(ignoreLocked);
    },
    state: async (id) => (await open()).getJobState(id),
    close: async () => {
      const queue = await opening?.catch(() => null);
      await queue?.close();
    },
  };
}

async function openQueue(policy: (typeof JOBS)[JobName], { connection, prefix }: JobQueueOptions): Promise<Queue> {
  const queue = new Queue(policy.queue, {
    connection,
    prefix: prefix ?? QUEUE_PREFIX,
    skipWaitingForReady: true,
    defaultJobOptions: { attempts: policy.attempts, removeOnComplete: KEEP, removeOnFail: KEEP },
  });
  // BullMQ repeats the connection's errors here; whoever owns the connection reports them.
  queue.on('error', () => undefined);
  try {
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    void queue.close().catch(() => undefined);
    throw error;
  }
}

function ignoreLocked(error: unknown): number {
  if (error instanceof Error && /locked/.test(error.message)) return 0;
  throw error;
}
