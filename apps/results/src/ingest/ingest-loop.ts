import type { Observer, ProgressRecord } from '#contracts';
import { commitRecords } from '#persistence';
import { writeCommand, writeWatermarks, type ProgressEntry, type ProgressReader } from '#queue';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';

const BATCH = 500;
/** How long a read waits for the first entry. */
const BLOCK_MS = 1_000;
/** Entries that a reader took and did not acknowledge for that long are taken over: it died, or its transaction failed. */
const STALE_MS = 5_000;
const TAKE_OVER_EVERY_MS = 2_500;

export interface IngestLoopDeps {
  readonly dataSource: DataSource;
  /** Fails fast. */
  readonly redis: Redis;
  readonly reader: ProgressReader;
  /** A rank has finished: there may be something to decide. */
  readonly onFinished: () => void;
  readonly observer: Observer;
}

/**
 * Brings records from the progress stream into Postgres: one transaction per run and batch, then the watermark, then the
 * acknowledgement. Dying between any two of them repeats work and changes nothing.
 */
export class IngestLoop {
  private readonly loop: Loop;
  private lastTakeOver = 0;

  constructor(private readonly deps: IngestLoopDeps) {
    this.loop = new Loop('ingest', () => this.turn(), { periodMs: 0, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.deps.reader.leave();
  }

  private async turn(): Promise<void> {
    const { reader } = this.deps;
    if (performance.now() - this.lastTakeOver > TAKE_OVER_EVERY_MS) {
      this.lastTakeOver = performance.now();
      await this.commit(await reader.takeOver(STALE_MS, BATCH));
    }
    await this.commit(await reader.read(BATCH, BLOCK_MS));
  }

  private async commit(entries: readonly ProgressEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const byRun = new Map<string, { ids: string[]; records: ProgressRecord[] }>();
    const unreadable: string[] = [];
    for (const { id, record, problem } of entries) {
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
    await this.deps.reader.acknowledge(unreadable);
    let failure: unknown = null;
    for (const [runId, { ids, records }] of byRun) {
      // A run whose records cannot be stored must not hold up the others; its entries stay pending and are taken over.
      await this.commitRun(runId, ids, records).catch((error: unknown) => (failure ??= error));
    }
    if (failure !== null) throw failure;
  }

  private async commitRun(runId: string, ids: readonly string[], records: readonly ProgressRecord[]): Promise<void> {
    const { dataSource, redis, reader } = this.deps;
    const result = await dataSource.transaction((manager) => commitRecords(manager, runId, records));
    await writeWatermarks(
      redis,
      result.watermarks.map((mark) => ({ runId, ...mark })),
    );
    for (const generation of result.deadGenerations) {
      await writeCommand(redis, { runId, generation }, { command: 'abort', reason: 'the generation is over' });
    }
    await reader.acknowledge(ids);
    if (result.hasFinished) this.deps.onFinished();
  }
}
