import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { formatLogLine, isTerminal, type LogLine } from '#contracts';
import { getLogState, readRunLogs, type LogFilter } from '#persistence';
import { accessEnded } from '../access/sessions.js';
import { drained } from '../runs/run-event-stream.js';
import { RunEventHub } from '../runs/run-event-hub.js';
import { Waker } from '../runs/waker.js';
import { ApiSettings } from '../settings.js';
import { LogHub } from './log-hub.js';

const PAGE = 500;
/** Last lines may come that long after a run's end: they ride on another stream. */
const SETTLE_MS = 3_000;

export interface Following {
  readonly filter: LogFilter;
  /** `seq` of the last line that the client has. */
  readonly after: number;
  readonly type: 'text/event-stream' | 'text/plain';
}

/** The log of a run of any kind as it grows. */
@Injectable()
export class LogStream {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lines: LogHub,
    private readonly events: RunEventHub,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Writes lines to the response until the run has ended and its last line is out. As with events, `id` is the `seq` of a line, and who
   * has seen all of an ended run gets 204, and it ends when the key of the request is revoked or expires.
   */
  async send(id: string, { filter, after: from, type }: Following, response: Response): Promise<void> {
    const { manager } = this.dataSource;
    const read = (after: number) => readRunLogs(manager, id, { ...filter, order: 'oldest', after, limit: PAGE });
    let after = from;
    const { status, finishedAt } = await getLogState(manager, id);
    if (isTerminal(status) && isSettled(finishedAt) && (await read(after)).lines.length === 0) {
      response.status(204).end();
      return;
    }
    const isEvents = type === 'text/event-stream';
    response.writeHead(200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      // nginx would collect the stream into blocks.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    if (isEvents) response.write('retry: 2000\n\n');
    else response.flushHeaders();
    const format: (line: LogLine) => string = isEvents ? formatEvent : formatLogLine;

    const waker = new Waker();
    const ended = accessEnded(response.req);
    const isOver = (): boolean => response.closed || this.lines.signal.aborted || ended?.aborted === true;
    // Its end is an event, which no line need follow.
    const unsubscribe = [this.lines.subscribe(id, waker.wake), this.events.subscribe(id, waker.wake)];
    response.once('close', waker.wake);
    this.lines.signal.addEventListener('abort', waker.wake);
    ended?.addEventListener('abort', waker.wake);
    let endedAt: number | null = null;
    try {
      while (!isOver()) {
        waker.reset();
        const state = await getLogState(manager, id);
        const { lines, next } = await read(after);
        for (const line of lines) {
          after = line.seq;
          if (!response.write(format(line))) await drained(response);
          if (isOver()) return;
        }
        if (next !== null) continue;
        if (isTerminal(state.status)) {
          // By our own clock as well: that of whoever ended the run may be ahead.
          endedAt ??= performance.now();
          if (isSettled(state.finishedAt) || performance.now() - endedAt >= SETTLE_MS) return;
          await waker.wait(SETTLE_MS / 6);
        } else if (!(await waker.wait(this.settings.pingMs)) && isEvents) response.write(': ping\n\n');
      }
    } finally {
      for (const leave of unsubscribe) leave();
      this.lines.signal.removeEventListener('abort', waker.wake);
      response.end();
    }
  }
}

const isSettled = (finishedAt: Date | null): boolean => finishedAt !== null && Date.now() - finishedAt.getTime() >= SETTLE_MS;

/** A server-sent event: JSON has no line breaks, so one `data:` line holds it. */
export const formatEvent = (line: LogLine): string => `id: ${line.seq}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`;
