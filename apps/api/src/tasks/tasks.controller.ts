import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { RUN_STREAM_EVENTS, taskListSchema, taskViewSchema, type TaskList, type TaskView } from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { EVENT_STREAM, idOf, LAST_EVENT_ID, named, Operation, SEEN_ALL } from '../http/operation.js';
import { eventsQuerySchema, listJobsQuerySchema, type EventsQuery, type ListJobsQuery } from '../runs/queries.js';
import { RunEventStream } from '../runs/run-event-stream.js';
import { TaskIdPipe } from '../runs/run-id.pipe.js';
import { TasksService } from './tasks.service.js';

const TASK = named('Task', taskViewSchema);
const params = { id: idOf('tsk') };

@Controller('tasks')
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly events: RunEventStream,
  ) {}

  @Get()
  @Operation({
    id: 'tasks.list',
    summary: 'Validations of data sets, imports and exports of models, newest first.',
    scope: 'tasks:read',
    query: listJobsQuerySchema,
    status: 200,
    answer: named('TaskList', taskListSchema),
  })
  list(@Query({ schema: listJobsQuerySchema }) query: ListJobsQuery): Promise<TaskList> {
    return this.tasks.list(query);
  }

  @Get(':id')
  @Operation({ id: 'tasks.get', summary: 'A task with its result.', scope: 'tasks:read', params, status: 200, answer: TASK })
  get(@Param('id', TaskIdPipe) id: string): Promise<TaskView> {
    return this.tasks.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Operation({
    id: 'tasks.cancel',
    summary: 'Asks a task to stop. What waits for it fails.',
    scope: 'tasks:write',
    params,
    status: 202,
    answer: TASK,
    problems: [409],
  })
  cancel(@Param('id', TaskIdPipe) id: string, @CurrentActor() actor: Actor): Promise<TaskView> {
    return this.tasks.cancel(id, actor);
  }

  @Get(':id/events')
  @Operation({
    id: 'tasks.events',
    summary: 'Events of a task as they happen. Ends after the terminal transition.',
    scope: 'tasks:read',
    params,
    query: eventsQuerySchema,
    headers: [LAST_EVENT_ID],
    status: 200,
    answer: EVENT_STREAM(RUN_STREAM_EVENTS),
    others: SEEN_ALL,
    problems: [400],
  })
  stream(
    @Param('id', TaskIdPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query({ schema: eventsQuerySchema }) query: EventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.send(id, lastEventId, query.after, response);
  }
}
