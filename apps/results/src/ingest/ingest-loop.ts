import type { Observer, ProgressRecord } from '#contracts';
import { commitRecords } from '#persistence';
import { writeCommand, writeWatermarks, type ProgressEntry, type ProgressReader } from '#queue';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

const BATCH = 500;
/** How long a read waits for the first entry. */
const BLOCK_MS = 1_000;

export interface IngestTiming {
  /** Entries that a reader took and did not acknowledge for that long are taken over: it died, or its transaction failed. */
  readonly staleMs: number;
  readonly takeOverEveryMs: number;
}
const TIMING: IngestTiming = { staleMs: 5_000, takeOverEveryMs: 2_500 };

export interface IngestLoopDeps {
  readonly dataSource: DataSource;
  /** Fails fast. */
  readonly redis: Redis;
  readonly reader: ProgressReader;
  /** A rank has finished: there may be something to decide. */
  readonly onFinished: () => void;
  readonly observer: Observer;
  readonly timing?: Partial<IngestTiming>;
}

/**
 * Brings records from the progress stream into Postgres: one transaction per run and batch, then the watermark, then the
 * acknowledgement. Dying between any two of them repeats work and changes nothing.
 */
export class IngestLoop {
  private readonly loop: Loop;
  private readonly timing: IngestTiming;
  private lastTakeOver = 0;
  /** Entries that were taken and not acknowledged. */
  private readonly owed = new Set<string>();

  constructor(private readonly deps: IngestLoopDeps) {
    this.timing = { ...TIMING, ...deps.timing };
    this.loop = new Loop('ingest', () => this.turn(), { periodMs: 0, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    // Whoever leaves the group takes what it owes along, and nobody would ever be given those entries again.
    if (this.owed.size === 0) await this.deps.reader.leave();
  }

  private async turn(): Promise<void> {
    const { reader } = this.deps;
    if (performance.now() - this.lastTakeOver > this.timing.takeOverEveryMs) {
      this.lastTakeOver = performance.now();
      await this.commit(await reader.takeOver(this.timing.staleMs, BATCH));
    }
    await this.commit(await reader.read(BATCH, BLOCK_MS));
  }

  private async commit(entries: readonly ProgressEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const byRun = new Map<string, { ids: string[]; records: ProgressRecord[] }>();
    const unreadable: string[] = [];
    for (const { id, record, problem } of entries) {
      this.owed.add(id);
      if (record === null) {
        this.deps.observer.log('warn', 'an entry of the progress stream is not a record', { entry: id, problem });
        unreadable.push(id);
        continue;
      }
      let group = byRun.get(record.runId);
      if (!group) byRun.set(record.runId, (group = { ids: [], records: [] }));
      group.ids.push(id);
      group.records.push(record);
    }
    await this.acknowledge(unreadable);
    let failure: unknown = null;
    for (const [runId, { ids, records }] of byRun) {
      // A run whose records cannot be stored must not hold up the others; its entries stay pending and are taken over.
      await this.commitRun(runId, ids, records).catch((error: unknown) => (failure ??= error));
    }
    if (failure !== null) throw failure;
  }

  private async commitRun(runId: string, ids: readonly string[], records: readonly ProgressRecord[]): Promise<void> {
    const { dataSource, redis } = this.deps;
    const result = await dataSource.transaction((manager) => commitRecords(manager, runId, records));
    await writeWatermarks(
      redis,
      result.watermarks.map((mark) => ({ runId, ...mark })),
    );
    for (const generation of result.deadGenerations) {
      await writeCommand(redis, { runId, generation }, { command: 'abort', reason: 'the generation is over' });
    }
    await this.acknowledge(ids);
    if (result.hasFinished) this.deps.onFinished();
  }

  private async acknowledge(ids: readonly string[]): Promise<void> {
    await this.deps.reader.acknowledge(ids);
    for (const id of ids) this.owed.delete(id);
  }
}
