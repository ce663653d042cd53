import type { LogBatch, NewLogLine, RunLogLevel } from '#contracts';

export interface LogHead {
  readonly lastSeq: number;
  readonly bytes: number;
  readonly isFull: boolean;
  /** `<generation>/<rank>/<worker>` -> number of the next line. */
  readonly cursors: Readonly<Record<string, number>>;
}

export interface LogRow {
  readonly seq: number;
  readonly at: string;
  readonly generation: number;
  readonly rank: number;
  readonly level: RunLogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown> | null;
}

/** What a row takes besides its texts. */
const ROW_BYTES = 64;
/** Warnings and errors may use that much more than the quota: the end of a talkative run is what people look for. */
const RESERVE = 1.25;
/** Generations before the last one whose lines may still be under way. */
const KEPT_GENERATIONS = 1;

/**
 * What becomes of lines as they arrive: each is taken once, holes are said, and nothing is taken over the quota, which is said once.
 *
 * @param maxBytes quota of the run
 */
export function planLogLines(
  head: LogHead,
  batches: readonly LogBatch[],
  maxBytes: number,
): { readonly rows: LogRow[]; readonly head: LogHead } {
  const rows: LogRow[] = [];
  const cursors: Record<string, number> = { ...head.cursors };
  let { lastSeq, bytes, isFull } = head;
  const newest = Math.max(0, ...Object.keys(cursors).map(generationOf), ...batches.map(({ generation }) => generation));

  const add = ({ generation, rank }: LogBatch, line: Omit<NewLogLine, 'line'>, size: number): void => {
    const { at, level, message, fields = null } = line;
    rows.push({ seq: ++lastSeq, at, generation, rank, level, message, fields });
    bytes += size;
  };
  const offer = (batch: LogBatch, line: Omit<NewLogLine, 'line'>): void => {
    const size = sizeOf(line);
    const isImportant = line.level === 'warn' || line.level === 'error';
    if (bytes + size <= (isImportant ? maxBytes * RESERVE : maxBytes)) return add(batch, line, size);
    if (isFull) return;
    isFull = true;
    const said = { at: line.at, level: 'warn', message: fullMessage(maxBytes) } as const;
    add(batch, said, sizeOf(said));
  };

  for (const batch of batches) {
    const key = `${batch.generation}/${batch.rank}/${batch.workerId}`;
    // Of a generation that is long over it is not known any more what has come.
    const isOld = batch.generation < newest - KEPT_GENERATIONS;
    let next = cursors[key] ?? (isOld ? batch.lines[0]!.line : 0);
    for (const { line, ...rest } of batch.lines) {
      if (line < next) continue;
      if (line > next) offer(batch, { at: rest.at, level: 'warn', message: lostMessage(line - next) });
      offer(batch, rest);
      next = line + 1;
    }
    cursors[key] = next;
  }
  for (const key of Object.keys(cursors)) if (generationOf(key) < newest - KEPT_GENERATIONS) delete cursors[key];
  return { rows, head: { lastSeq, bytes, isFull, cursors } };
}

const generationOf = (key: string): number => Number(key.slice(0, key.indexOf('/')));

function sizeOf({ message, fields }: Omit<NewLogLine, 'line'>): number {
  return ROW_BYTES + Buffer.byteLength(message) + (fields ? Buffer.byteLength(JSON.stringify(fields)) : 0);
}

const lostMessage = (n: number): string =>
  `log_lines_lost: ${n === 1 ? '1 line' : `${n} lines`} of this rank did not arrive; Redis or Postgres was away.`;

const fullMessage = (maxBytes: number): string =>
  `log_quota_exceeded: the log of this run has reached ${Math.round(maxBytes / 1_000)} kB; lines are dropped from here on, warnings and errors last.`;
