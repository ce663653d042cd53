import { controlKeys, progressRecordSchema, RESULTS_GROUP, type ProgressRecord } from '#contracts';
import type { Redis } from 'ioredis';
import { parseJson } from './commands.js';
import { throwFirst } from './watermark.js';

/** Bounds the stream while nobody reads; what is cut off is sent again by its supervisor. */
const MAX_ENTRIES = 100_000;

/** Appends records in order; answers their entry ids. */
export async function appendRecords(redis: Redis, records: readonly ProgressRecord[]): Promise<string[]> {
  const pipeline = redis.pipeline();
  for (const record of records) {
    pipeline.xadd(controlKeys.progress, 'MAXLEN', '~', MAX_ENTRIES, '*', 'record', JSON.stringify(record));
  }
  return throwFirst(await pipeline.exec()) as string[];
}

/** True while the entry waits to be committed: readers delete what they have dealt with. */
export async function isEntryWaiting(redis: Redis, entryId: string): Promise<boolean> {
  return (await redis.xrange(controlKeys.progress, entryId, entryId)).length > 0;
}

export interface ProgressEntry {
  id: string;
  /** null: not a record; `problem` says why. */
  record: ProgressRecord | null;
  problem?: string;
}

type RawEntry = [id: string, fields: string[] | null];

/**
 * Reader of the progress stream in the group {@link RESULTS_GROUP}. An entry stays pending until it is acknowledged, which also
 * deletes it; what a dead reader left pending is taken over.
 */
export class ProgressReader {
  constructor(
    private readonly deps: {
      /** For blocking reads only: a command behind a blocked read waits. */
      blocking: Redis;
      redis: Redis;
      /** Unique per process. */
      consumer: string;
    },
  ) {}

  /** New entries, at most `count`; waits up to `blockMs` for the first. Makes the group again if Redis has lost it. */
  async read(count: number, blockMs: number): Promise<ProgressEntry[]> {
    const { blocking, consumer } = this.deps;
    try {
      const answer = (await blocking.xreadgroup(
        'GROUP',
        RESULTS_GROUP,
        consumer,
        'COUNT',
        count,
        'BLOCK',
        blockMs,
        'STREAMS',
        controlKeys.progress,
        '>',
      )) as [string, RawEntry[]][] | null;
      return toEntries(answer?.[0]?.[1] ?? []);
    } catch (error) {
      if (!(error instanceof Error) || !/NOGROUP|UNBLOCKED/.test(error.message)) throw error;
      await this.createGroup();
      return [];
    }
  }

  /** Entries that some reader took at least `minIdleMs` ago and never acknowledged. */
  async takeOver(minIdleMs: number, count: number): Promise<ProgressEntry[]> {
    try {
      const answer = (await this.deps.redis.xautoclaim(
        controlKeys.progress,
        RESULTS_GROUP,
        this.deps.consumer,
        minIdleMs,
        '0-0',
        'COUNT',
        count,
      )) as [string, RawEntry[], ...unknown[]];
      return toEntries(answer[1]);
    } catch (error) {
      if (!(error instanceof Error) || !/NOGROUP/.test(error.message)) throw error;
      await this.createGroup();
      return [];
    }
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const answers = await this.deps.redis
      .pipeline()
      .xack(controlKeys.progress, RESULTS_GROUP, ...ids)
      .xdel(controlKeys.progress, ...ids)
      .exec();
    // Flushed meanwhile: nothing left to acknowledge. (Redis answers 0 then, js-redis-server an error.)
    if (answers?.some(([error]) => error !== null && /NOGROUP/.test(error.message))) return;
    throwFirst(answers);
  }

  /** From the stream's beginning: what was written before the group existed counts too. */
  async createGroup(): Promise<void> {
    try {
      await this.deps.redis.xgroup('CREATE', controlKeys.progress, RESULTS_GROUP, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error) || !/BUSYGROUP/.test(error.message)) throw error;
    }
  }

  /** For a reader that leaves with nothing pending. */
  async leave(): Promise<void> {
    await this.deps.redis.xgroup('DELCONSUMER', controlKeys.progress, RESULTS_GROUP, this.deps.consumer).catch(() => undefined);
  }
}

function toEntries(raw: readonly (RawEntry | null)[]): ProgressEntry[] {
  return raw.flatMap((entry): ProgressEntry[] => {
    // A claimed entry that was deleted meanwhile comes as null.
    if (entry === null || entry[1] === null) return [];
    const [id, fields] = entry;
    const text = fields[0] === 'record' ? (fields[1] ?? '') : '';
    const parsed = progressRecordSchema.safeParse(parseJson(text));
    if (parsed.success) return [{ id, record: parsed.data }];
    return [{ id, record: null, problem: parsed.error.issues[0]?.message ?? 'not a record' }];
  });
}
