import { appendFile, rm } from 'node:fs/promises';
import type { Observer, ProgressRecord, RankAddress, RecordBody } from '#contracts';
import { appendRecords, isEntryWaiting, readWatermark, type Watermark } from '#queue';
import type { Redis } from 'ioredis';

/** Most records sent in one go. */
const BATCH = 200;

export interface RecordOutletDeps {
  address: RankAddress;
  workerId: string;
  /** Fails fast: a record that was not sent is sent again. */
  redis: Redis;
  /** Local file that holds every record until all are committed. */
  spoolFile: string;
  observer: Observer;
  /** How often the outlet looks whether its records were committed, and sends them again if they got lost. */
  checkMs: number;
}

/**
 * The sending end of a rank's record channel: numbers records, keeps them until `results` has committed them, sends again
 * what got lost (Redis flushed, trimmed, `results` killed in between).
 */
export class RecordOutlet {
  /** Called when the committed watermark moved: all up to and including `seq`. */
  onCommitted: (seq: number) => void = () => undefined;
  /** Called once when another worker's claim stands: nobody will hear this channel again. */
  onEvicted: (workerId: string) => void = () => undefined;

  private readonly pending: ProgressRecord[] = [];
  private nextSeq = 0;
  private committed = -1;
  /** Records up to here were handed to Redis at least once since the last rewind. */
  private sent = -1;
  /** Entry of the first pending record that was sent last. */
  private firstEntry: { seq: number; id: string } | null = null;
  private sending = false;
  private evicted = false;
  private closed = false;
  private spooling: Promise<void> = Promise.resolve();
  private readonly waiters = new Set<() => void>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly deps: RecordOutletDeps) {
    this.timer = setInterval(() => void this.check(), deps.checkMs);
  }

  /** Records that are not committed yet. */
  get backlog(): number {
    return this.pending.length;
  }

  /** Takes the next number of the channel. @returns its `seq` */
  push(body: RecordBody): number {
    const record: ProgressRecord = {
      ...this.deps.address,
      seq: this.nextSeq++,
      workerId: this.deps.workerId,
      at: new Date().toISOString(),
      body,
    };
    this.pending.push(record);
    this.spooling = this.spooling
      .then(() => appendFile(this.deps.spoolFile, `${JSON.stringify(record)}\n`))
      .catch((error: unknown) => this.log('warn', 'the spool file cannot be written', error));
    void this.send();
    return record.seq;
  }

  /** What `results` says about this channel, heard or read. */
  onWatermark({ nextSeq, workerId }: Watermark): void {
    if (this.closed || this.evicted) return;
    if (workerId !== this.deps.workerId) {
      this.evicted = true;
      this.onEvicted(workerId);
      this.wake();
      return;
    }
    if (nextSeq - 1 <= this.committed) return;
    this.committed = nextSeq - 1;
    const rest = this.pending.findIndex((record) => record.seq > this.committed);
    this.pending.splice(0, rest === -1 ? this.pending.length : rest);
    if (this.sent < this.committed) this.sent = this.committed;
    this.onCommitted(this.committed);
    if (this.pending.length === 0) this.wake();
  }

  /** Sends everything above the watermark again, as after a lost connection. */
  resend(): void {
    this.sent = this.committed;
    void this.send();
  }

  /** Waits until everything is committed. @returns false when `timeoutMs` passed or the channel was evicted before. */
  async drained(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (this.pending.length > 0 && !this.evicted && !signal?.aborted) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          this.waiters.delete(finish);
          signal?.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, left);
        this.waiters.add(finish);
        signal?.addEventListener('abort', finish, { once: true });
      });
    }
    return this.pending.length === 0;
  }

  /** Stops sending and removes the spool file, unless records are left in it. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.spooling;
    if (this.pending.length === 0 || this.evicted) await rm(this.deps.spoolFile, { force: true });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const batch = this.pending.filter((record) => record.seq > this.sent).slice(0, BATCH);
        const first = batch[0];
        const last = batch.at(-1);
        if (first === undefined || last === undefined || this.closed || this.evicted) return;
        const ids = await appendRecords(this.deps.redis, batch);
        if (this.firstEntry === null || first.seq === this.pending[0]?.seq || this.firstEntry.seq <= this.committed) {
          this.firstEntry = { seq: first.seq, id: ids[0] ?? '' };
        }
        this.sent = Math.max(this.sent, last.seq);
      }
    } catch (error) {
      // Redis is away; `check` comes back to it.
      this.log('debug', 'records could not be sent', error);
    } finally {
      this.sending = false;
    }
  }

  private async check(): Promise<void> {
    if (this.pending.length === 0 || this.evicted || this.sending) return;
    const before = this.committed;
    try {
      const mark = await readWatermark(this.deps.redis, this.deps.address);
      if (mark !== null) this.onWatermark(mark);
      const first = this.pending[0];
      if (first === undefined || this.evicted) return;
      if (first.seq <= this.sent && this.committed === before) {
        // Still in the stream: `results` is slow or away, sending again would only fill Redis.
        const entry = this.firstEntry;
        if (entry !== null && entry.seq >= first.seq && (await isEntryWaiting(this.deps.redis, entry.id))) return;
        this.sent = this.committed;
      }
      await this.send();
    } catch (error) {
      this.log('debug', 'the watermark could not be read', error);
    }
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private log(level: 'debug' | 'warn', message: string, error: unknown): void {
    this.deps.observer.log(level, message, { ...this.deps.address, error: String(error) });
  }
}
