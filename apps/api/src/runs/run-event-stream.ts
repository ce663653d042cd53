import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { ArcFleetError, isTerminal, type RunStreamEvent } from '#contracts';
import { findRunEvents, getRunStatus, isFinalEvent } from '#persistence';
import { ApiSettings } from '../settings.js';
import { LiveAnswers, type LiveAnswer } from './live-answers.js';
import { RunEventHub } from './run-event-hub.js';

const PAGE = 200;

/** Server-sent events of a run of any kind. */
@Injectable()
export class RunEventStream {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hub: RunEventHub,
    private readonly answers: LiveAnswers,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Writes the events to the response: `id` is the event's `seq`, so a client that comes back with `Last-Event-ID` misses nothing
   * but old progress, for which the newest stands, and gets nothing twice. Ends after the terminal transition; asked again after
   * that, it answers 204, which tells an EventSource to stay away. Ends also when the key of the request is revoked or expires.
   */
  async send(id: string, lastEventId: string | undefined, fallback: number, response: Response): Promise<void> {
    const after = parseLastEventId(lastEventId) ?? fallback;
    const { status, eventSeq } = await getRunStatus(this.dataSource.manager, id);
    if (isTerminal(status) && after >= eventSeq) {
      response.status(204).end();
      return;
    }
    const options = { response, type: 'text/event-stream', hubs: [this.hub] } as const;
    await this.answers.give(id, options, (answer) => this.write(id, after, answer));
  }

  private async write(id: string, from: number, answer: LiveAnswer): Promise<void> {
    const { manager } = this.dataSource;
    let after = from;
    await answer.write('retry: 2000\n\n');
    while (!answer.isOver) {
      answer.reset();
      // Status before events: if it is terminal, all events up to then are in the read that follows.
      const { status } = await getRunStatus(manager, id);
      const events = await findRunEvents(manager, id, after, PAGE);
      for (const event of events) {
        after = event.seq;
        await answer.write(format(event));
        if (answer.isOver || isFinalEvent(event)) return;
      }
      if (events.length === PAGE) continue;
      if (isTerminal(status)) return;
      if (!(await answer.wait(this.settings.pingMs))) await answer.write(': ping\n\n');
    }
  }
}

/** `data` is JSON without line breaks, so one `data:` line holds it. */
function format({ seq, type, at, data }: RunStreamEvent): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ at, data })}\n\n`;
}

/** @throws ArcFleetError `malformed_request`. */
export function parseLastEventId(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw new ArcFleetError('malformed_request', 'Last-Event-ID must be the id of an event of this stream.');
}
