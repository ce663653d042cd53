import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CHANNELS, type Channel } from '#persistence';
import { RunEventHub } from '../runs/run-event-hub.js';

/** Wakes who follows a log. Not the hub of events: lines come often. */
@Injectable()
export class LogHub extends RunEventHub {}

/** What the API must hear of for its streams. */
export const STREAM_CHANNELS: readonly Channel[] = [CHANNELS.events, CHANNELS.logs];

/** Passes notifications on to the streams of the API. */
export function wakeStreams(app: NestExpressApplication): (channel: Channel, runId: string | null) => void {
  const [events, logs] = [app.get(RunEventHub), app.get(LogHub)];
  return (channel, runId) => (channel === CHANNELS.logs ? logs : events).notify(runId);
}
