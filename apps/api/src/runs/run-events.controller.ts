import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { eventsQuerySchema, type EventsQuery } from './queries.js';
import { RunEventStream } from './run-event-stream.js';
import { RunIdPipe } from './run-id.pipe.js';

@Controller('runs')
export class RunEventsController {
  constructor(private readonly events: RunEventStream) {}

  @Get(':id/events')
  stream(
    @Param('id', RunIdPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query({ schema: eventsQuerySchema }) query: EventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.send(id, lastEventId, query.after, response);
  }
}
