import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { ArcFleetError, isTerminal, type RunStreamEvent } from '#contracts';
import { findRunEvents, getRunStatus, isFinalEvent } from '#persistence';
import { accessEnded } from '../access/sessions.js';
import { ApiSettings } from '../settings.js';
import { RunEventHub } from './run-event-hub.js';
import { Waker } from './waker.js';

const PAGE = 200;

/** Server-sent events of a run of any kind. */
@Injectable()
export class RunEventStream {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hub: RunEventHub,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * Writes the events to the response: `id` is the event's `seq`, so a client that comes back with `Last-Event-ID` misses nothing
   * and gets nothing twice. Ends after the terminal transition; asked again after that, it answers 204, which tells an
   * EventSource to stay away. Ends also when the key of the request is revoked or expires.
   */
  async send(id: string, lastEventId: string | undefined, fallback: number, response: Response): Promise<void> {
    const { manager } = this.dataSource;
    let after = parseLastEventId(lastEventId) ?? fallback;
    let { status, eventSeq } = await getRunStatus(manager, id);
    if (isTerminal(status) && after >= eventSeq) {
      response.status(204).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would collect the stream into blocks.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.write('retry: 2000\n\n');

    const waker = new Waker();
    const ended = accessEnded(response.req);
    const isOver = (): boolean => response.closed || this.hub.signal.aborted || ended?.aborted === true;
    const unsubscribe = this.hub.subscribe(id, waker.wake);
    response.once('close', waker.wake);
    this.hub.signal.addEventListener('abort', waker.wake);
    ended?.addEventListener('abort', waker.wake);
    try {
      for (let isFirst = true; !isOver(); isFirst = false) {
        waker.reset();
        // Status before events: if it is terminal, all events up to then are in the read that follows.
        if (!isFirst) ({ status, eventSeq } = await getRunStatus(manager, id));
        const events = await findRunEvents(manager, id, after, PAGE);
        for (const event of events) {
          after = event.seq;
          if (!response.write(format(event))) await drained(response);
          if (isFinalEvent(event)) return;
        }
        if (events.length === PAGE) continue;
        if (isTerminal(status)) return;
        if (!(await waker.wait(this.settings.pingMs))) response.write(': ping\n\n');
      }
    } finally {
      unsubscribe();
      this.hub.signal.removeEventListener('abort', waker.wake);
      response.end();
    }
  }
}

/** `data` is JSON without line breaks, so one `data:` line holds it. */
function format({ seq, type, at, data }: RunStreamEvent): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ at, data })}\n\n`;
}

/** A slow reader must not make us hold the stream in memory; resolves also when it has gone. */
export function drained(response: Response): Promise<void> {
  if (response.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** @throws ArcFleetError `malformed_request`. */
export function parseLastEventId(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw new ArcFleetError('malformed_request', 'Last-Event-ID must be the id of an event of this stream.');
}
