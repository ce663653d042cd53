import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { RUN_STREAM_EVENTS } from '#contracts';
import { EVENT_STREAM, idOf, LAST_EVENT_ID, Operation, SEEN_ALL } from '../http/operation.js';
import { eventsQuerySchema, type EventsQuery } from './queries.js';
import { RunEventStream } from './run-event-stream.js';
import { RunIdPipe } from './run-id.pipe.js';

@Controller('runs')
export class RunEventsController {
  constructor(private readonly events: RunEventStream) {}

  @Get(':id/events')
  @Operation({
    id: 'runs.events',
    summary: 'Events of a run as they happen. Ends after the terminal transition.',
    scope: 'runs:read',
    params: { id: idOf('run') },
    query: eventsQuerySchema,
    headers: [LAST_EVENT_ID],
    status: 200,
    answer: EVENT_STREAM(RUN_STREAM_EVENTS),
    others: SEEN_ALL,
    problems: [400],
  })
  stream(
    @Param('id', RunIdPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query({ schema: eventsQuerySchema }) query: EventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.send(id, lastEventId, query.after, response);
  }
}
