import { Controller, Get, Headers, Param, Query, Req, Res, type PipeTransform, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { logPageSchema, RUN_KIND_FACTS, type RunKind, type Scope } from '#contracts';
import { idOf, LAST_EVENT_ID, named, Operation, SEEN_ALL } from '../http/operation.js';
import { EvaluationIdPipe, RunIdPipe, TaskIdPipe } from '../runs/run-id.pipe.js';
import { LogsService } from './logs.service.js';
import { logsQuerySchema, type LogsQuery } from './queries.js';

const LOG_PAGE = named('LogPage', logPageSchema);
const TEXT = { contentType: 'text/plain', schema: { type: 'string', description: 'A line per line, for terminals.' } };
const EVENTS = {
  contentType: 'text/event-stream',
  schema: {
    description: 'With `follow`: `id` is the `seq` of a line, `event` is `log`, `data` the line as JSON.',
  },
};

function logsControllerOf(kind: RunKind, idPipe: Type<PipeTransform>) {
  const { path, prefix } = RUN_KIND_FACTS[kind];
  const resource = path.slice(1);

  @Controller(resource)
  class LogsController {
    constructor(private readonly logs: LogsService) {}

    @Get(':id/logs')
    @Operation({
      id: `${resource}.logs`,
      summary: 'What its ranks logged, in order. Bounded: the log says where lines are missing.',
      scope: `${resource}:read` as Scope,
      params: { id: idOf(prefix) },
      query: logsQuerySchema,
      headers: [LAST_EVENT_ID],
      status: 200,
      answerHeaders: { Link: { description: 'The next page (text)', schema: { type: 'string' } } },
      answer: LOG_PAGE,
      otherTypes: [TEXT, EVENTS],
      others: SEEN_ALL,
      problems: [400],
    })
    get(
      @Param('id', idPipe) id: string,
      @Query({ schema: logsQuerySchema }) query: LogsQuery,
      @Headers('last-event-id') lastEventId: string | undefined,
      @Req() request: Request,
      @Res() response: Response,
    ): Promise<void> {
      return this.logs.answer(id, query, lastEventId, request, response);
    }
  }
  return LogsController;
}

export const RunLogsController = logsControllerOf('training', RunIdPipe);
export const EvaluationLogsController = logsControllerOf('evaluation', EvaluationIdPipe);
export const TaskLogsController = logsControllerOf('task', TaskIdPipe);
