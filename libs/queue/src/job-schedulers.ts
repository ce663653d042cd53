import { JOBS, QUEUE_PREFIX } from '#contracts';
import { Queue } from 'bullmq';
import type { JobData, JobName } from './job-types.js';
import type { JobQueueOptions } from './job-queue.js';

/** When a job comes next: the time after `after` of five fields of cron on the clocks of a zone; null: never. */
export type NextTick = (recurrence: { readonly cron: string; readonly timezone: string }, after: Date) => Date | null;

export interface Ticker<N extends JobName> {
  readonly id: string;
  readonly cron: string;
  readonly timezone: string;
  /** Of every job. */
  readonly data: JobData<N>;
}

/** A ticker as BullMQ has it. */
export interface TickerState {
  readonly id: string;
  readonly cron: string | null;
  readonly timezone: string | null;
  readonly next: Date | null;
}

export interface JobSchedulersOptions extends JobQueueOptions {
  readonly nextTick: NextTick;
}

/** BullMQ's job schedulers of one queue of the catalog. They make ticks; what is due is decided elsewhere. */
export interface JobSchedulers<N extends JobName> {
  /** Writes a ticker, or writes it anew: its next tick is the next one from now. */
  upsert(ticker: Ticker<N>): Promise<void>;
  remove(id: string): Promise<void>;
  /** All there are. */
  list(): Promise<TickerState[]>;
  close(): Promise<void>;
}

/** Most that one command reads. */
const PAGE = 1_000;
/** A tick says that it is time; of those that are over nothing is to be learned. */
const KEEP = { age: 3_600, count: 1_000 };

/**
 * BullMQ reads a cron by a parser that loses times where clocks change by half an hour; here and in the worker of the queue (which
 * makes each next job) the strategy is `nextTick`.
 */
export function createJobSchedulers<N extends JobName>(name: N, options: JobSchedulersOptions): JobSchedulers<N> {
  const policy = JOBS[name];
  let opening: Promise<Queue> | null = null;
  const open = (): Promise<Queue> => {
    opening ??= openQueue(policy.queue, options).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    upsert: async ({ id, cron, timezone, data }) => {
      const queue = await open();
      const template = { name, data, opts: { attempts: policy.attempts, removeOnComplete: KEEP, removeOnFail: KEEP } };
      const write = () => queue.upsertJobScheduler(id, { pattern: cron, tz: timezone }, template);
      await write().catch(async (error: unknown) => {
        if (!(error instanceof Error) || !/already exists|already have jobs/.test(error.message)) throw error;
        // Jobs of a scheduler that lost track of them stand in the way of its next ones.
        for (let time = options.nextTick({ cron, timezone }, new Date()), n = 0; time && n < 2; n++) {
          await queue.remove(`repeat:${id}:${time.getTime()}`);
          time = options.nextTick({ cron, timezone }, time);
        }
        await write();
      });
    },
    remove: async (id) => {
      await (await open()).removeJobScheduler(id);
    },
    list: async () => {
      const queue = await open();
      const found: TickerState[] = [];
      for (let start = 0; ; start += PAGE) {
        const page = await queue.getJobSchedulers(start, start + PAGE - 1, true);
        for (const { key, pattern, tz, next } of page) {
          found.push({ id: key, cron: pattern ?? null, timezone: tz ?? null, next: next === undefined ? null : new Date(next) });
        }
        if (page.length < PAGE) return found;
      }
    },
    close: async () => {
      const queue = await opening?.catch(() => null);
      await queue?.close();
    },
  };
}

/** Times of a cron as BullMQ asks for them; undefined: there is none, and the scheduler ends. */
export function repeatStrategyOf(nextTick: NextTick) {
  return (after: number, { pattern, tz }: { pattern?: string; tz?: string }): number | undefined =>
    pattern === undefined ? undefined : nextTick({ cron: pattern, timezone: tz ?? 'UTC' }, new Date(after))?.getTime();
}

async function openQueue(name: string, { connection, prefix, nextTick }: JobSchedulersOptions): Promise<Queue> {
  const queue = new Queue(name, {
    connection,
    prefix: prefix ?? QUEUE_PREFIX,
    skipWaitingForReady: true,
    settings: { repeatStrategy: repeatStrategyOf(nextTick) },
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
