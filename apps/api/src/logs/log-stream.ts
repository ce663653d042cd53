import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { formatLogLine, isTerminal, type LogLine } from '#contracts';
import { getLogState, readRunLogs, type LogFilter } from '#persistence';
import { LiveAnswers, type LiveAnswer } from '../runs/live-answers.js';
import { RunEventHub } from '../runs/run-event-hub.js';
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
    private readonly answers: LiveAnswers,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Writes lines to the response until the run has ended and its last line is out. As with events, `id` is the `seq` of a line, and who
   * has seen all of an ended run gets 204. Ends also when the key of the request is revoked or expires.
   */
  async send(id: string, following: Following, response: Response): Promise<void> {
    const { manager } = this.dataSource;
    const { status, finishedAt } = await getLogState(manager, id);
    if (isTerminal(status) && isSettled(finishedAt)) {
      const { filter, after } = following;
      const { lines } = await readRunLogs(manager, id, { ...filter, order: 'oldest', after, limit: 1 });
      if (lines.length === 0) {
        response.status(204).end();
        return;
      }
    }
    // Its end is an event, which no line need follow.
    const options = { response, type: following.type, hubs: [this.lines, this.events] } as const;
    await this.answers.give(id, options, (answer) => this.write(id, following, answer));
  }

  private async write(id: string, { filter, after, type }: Following, answer: LiveAnswer): Promise<void> {
    const { manager } = this.dataSource;
    const isEvents = type === 'text/event-stream';
    const format: (line: LogLine) => string = isEvents ? formatEvent : formatLogLine;
    let position = after;
    let endedAt: number | null = null;
    if (isEvents) await answer.write('retry: 2000\n\n');
    while (!answer.isOver) {
      answer.reset();
      const state = await getLogState(manager, id);
      const { lines, next } = await readRunLogs(manager, id, { ...filter, order: 'oldest', after: position, limit: PAGE });
      for (const line of lines) {
        position = line.seq;
        await answer.write(format(line));
        if (answer.isOver) return;
      }
      if (next !== null) continue;
      // What the filter leaves out need not be read again at each new line.
      position = Math.max(position, state.lastSeq);
      if (isTerminal(state.status)) {
        // By our own clock as well: that of whoever ended the run may be ahead.
        endedAt ??= performance.now();
        if (isSettled(state.finishedAt) || performance.now() - endedAt >= SETTLE_MS) return;
        await answer.wait(SETTLE_MS / 6);
      } else if (!(await answer.wait(this.settings.pingMs)) && isEvents) await answer.write(': ping\n\n');
    }
  }
}

const isSettled = (finishedAt: Date | null): boolean => finishedAt !== null && Date.now() - finishedAt.getTime() >= SETTLE_MS;

/** A server-sent event: JSON has no line breaks, so one `data:` line holds it. */
export const formatEvent = (line: LogLine): string => `id: ${line.seq}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`;
