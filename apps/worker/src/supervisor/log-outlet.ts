import { setTimeout as delay } from 'node:timers/promises';
import {
  LOG_LIMITS,
  RUN_LOG_LEVELS,
  type LogBatch,
  type NewLogLine,
  type Observer,
  type RankAddress,
  type RunLogLevel,
} from '#contracts';
import { appendLogs } from '#queue';
import { redact, redactText } from '#telemetry';
import type { Redis } from 'ioredis';
import { LineAllowance } from './line-allowance.js';

/** Lines wait that long for company. */
const FLUSH_MS = 200;
/** Pause after a try that failed. */
const RETRY_MS = 1_000;
/** Lines kept while Redis is away; then the oldest go. */
const MAX_KEPT = 1_000;
/** How long the last lines may hold up the end of a rank. */
const CLOSE_MS = 1_000;
/** What the columns of a line say already. */
const KNOWN_FIELDS: readonly string[] = ['runId', 'generation', 'rank'];

export interface LogOutletDeps {
  readonly address: RankAddress;
  readonly workerId: string;
  /** Fails fast. */
  readonly redis: Redis;
  /** Less important lines stay here. */
  readonly minimum: RunLogLevel;
  readonly flushMs?: number;
}

/**
 * Carries what is logged about one rank out, in batches. Lossy by design: nothing here ever waits for Redis but the short end of the rank,
 * and what does not fit is dropped. Lines are numbered before they can be dropped, so `results` sees what is missing.
 */
export class LogOutlet implements Observer {
  private readonly kept: NewLogLine[] = [];
  private readonly allowance = new LineAllowance(LOG_LIMITS.linesPerSecond, LOG_LIMITS.burstLines, performance.now());
  private nextLine = 0;
  /** Lines over the allowance since the last one that passed. */
  private numRefused = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<boolean> | undefined;
  private isClosed = false;

  constructor(private readonly deps: LogOutletDeps) {}

  readonly log: Observer['log'] = (level, message, fields) => {
    if (this.isClosed || RUN_LOG_LEVELS.indexOf(level) < RUN_LOG_LEVELS.indexOf(this.deps.minimum)) return;
    if (!this.allowance.take(performance.now())) {
      this.numRefused += 1;
      return;
    }
    this.sayRefused();
    this.keep(level, message, fields);
  };

  /** Sends what is left, for as long as that may take. */
  async close(): Promise<void> {
    this.sayRefused();
    this.isClosed = true;
    clearTimeout(this.timer);
    const over = new AbortController();
    const late = delay(CLOSE_MS, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.send(), late]);
    over.abort();
  }

  private sayRefused(): void {
    if (this.numRefused === 0) return;
    const lines = this.numRefused === 1 ? '1 line' : `${this.numRefused} lines`;
    this.numRefused = 0;
    this.keep('warn', `log_rate_exceeded: ${lines} dropped; a rank may log ${LOG_LIMITS.linesPerSecond} lines a second.`);
  }

  private keep(level: RunLogLevel, message: string, fields?: Record<string, unknown>): void {
    const bounded = boundedFields(fields);
    this.kept.push({
      line: this.nextLine++,
      at: new Date().toISOString(),
      level,
      message: cutText(redactText(message), LOG_LIMITS.messageBytes),
      ...(bounded ? { fields: bounded } : {}),
    });
    if (this.kept.length > MAX_KEPT) this.kept.shift();
    this.schedule(this.deps.flushMs ?? FLUSH_MS);
  }

  private schedule(ms: number): void {
    if (this.timer !== undefined || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.send().then((isSent) => {
        if (this.kept.length > 0) this.schedule(isSent ? 0 : RETRY_MS);
      });
    }, ms);
  }

  /** @returns false when Redis did not take it. Never rejects. */
  private async send(): Promise<boolean> {
    // One after the other: batches of a rank never overtake each other.
    while (this.sending) await this.sending;
    this.sending = this.sendAll();
    try {
      return await this.sending;
    } finally {
      this.sending = undefined;
    }
  }

  private async sendAll(): Promise<boolean> {
    const { address, workerId, redis } = this.deps;
    try {
      while (this.kept.length > 0) {
        const lines = fillEntry(this.kept);
        const batch: LogBatch = { ...address, workerId, lines };
        await appendLogs(redis, [batch]);
        const last = lines.at(-1)?.line ?? -1;
        // The oldest may have gone meanwhile.
        while ((this.kept[0]?.line ?? Infinity) <= last) this.kept.shift();
      }
      return true;
    } catch {
      return false;
    }
  }
}

/** An observer that tells several. */
export function tee(...observers: readonly Observer[]): Observer {
  return { log: (level, message, fields) => observers.forEach((each) => each.log(level, message, fields)) };
}

/** As many of the oldest lines as one entry may carry; at least one. */
function fillEntry(kept: readonly NewLogLine[]): NewLogLine[] {
  const lines: NewLogLine[] = [];
  let bytes = 0;
  for (const line of kept) {
    bytes += Buffer.byteLength(JSON.stringify(line));
    if (lines.length > 0 && (bytes > LOG_LIMITS.entryBytes || lines.length === LOG_LIMITS.entryLines)) break;
    lines.push(line);
  }
  return lines;
}

/** The text in at most that many bytes of UTF-8, with a word about what is missing. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const note = ` [${bytes} bytes]`;
  // A character that is cut in two decodes to U+FFFD.
  const start = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes - note.length);
  return start.toString().replace(/\ufffd$/, '') + note;
}

function boundedFields(fields: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const own = Object.entries(fields ?? {}).filter(([key]) => !KNOWN_FIELDS.includes(key));
  if (own.length === 0) return undefined;
  try {
    const plain = redact(Object.fromEntries(own)) as Record<string, unknown>;
    const bytes = Buffer.byteLength(JSON.stringify(plain));
    return bytes <= LOG_LIMITS.fieldsBytes ? plain : { omitted: `${bytes} bytes` };
  } catch (error) {
    return { omitted: String(error) };
  }
}
