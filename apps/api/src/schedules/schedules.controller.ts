import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createScheduleSchema,
  fireListSchema,
  fireViewSchema,
  scheduleListSchema,
  scheduleViewSchema,
  updateScheduleSchema,
  type CreateSchedule,
  type FireList,
  type FireView,
  type ScheduleList,
  type ScheduleView,
  type UpdateSchedule,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, idOf, IF_MATCH, named, Operation } from '../http/operation.js';
import {
  listFiresQuerySchema,
  listSchedulesQuerySchema,
  ScheduleIdPipe,
  type ListFiresQuery,
  type ListSchedulesQuery,
} from './queries.js';
import { SchedulesService } from './schedules.service.js';

const SCHEDULE = named('Schedule', scheduleViewSchema);
const params = { id: idOf('sch') };

@Controller('schedules')
export class SchedulesController {
  constructor(private readonly schedules: SchedulesService) {}

  @Post()
  @HttpCode(201)
  @Operation({
    id: 'schedules.create',
    summary: 'Creates a schedule: stored models are evaluated anew at set times.',
    scope: 'schedules:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('CreateSchedule', createScheduleSchema),
    status: 201,
    answerHeaders: { ...createdHeaders('The schedule'), ...ETAG_HEADER },
    answer: SCHEDULE,
    problems: [400, 409],
  })
  async create(
    @Body({ schema: createScheduleSchema }) input: CreateSchedule,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScheduleView> {
    return answerCreated(response, await this.schedules.create(input, actor, key));
  }

  @Get()
  @Operation({
    id: 'schedules.list',
    summary: 'Schedules, newest first.',
    scope: 'schedules:read',
    query: listSchedulesQuerySchema,
    status: 200,
    answer: named('ScheduleList', scheduleListSchema),
  })
  list(@Query({ schema: listSchedulesQuerySchema }) query: ListSchedulesQuery): Promise<ScheduleList> {
    return this.schedules.list(query);
  }

  @Get(':id')
  @Operation({
    id: 'schedules.get',
    summary: 'A schedule with its next five and its last five fires.',
    scope: 'schedules:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: SCHEDULE,
  })
  async get(@Param('id', ScheduleIdPipe) id: string, @Res({ passthrough: true }) response: Response): Promise<ScheduleView> {
    return tagged(await this.schedules.get(id), response);
  }

  @Patch(':id')
  @Operation({
    id: 'schedules.update',
    summary: 'Changes what is named in the body. Another cron or zone counts from now on.',
    scope: 'schedules:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateSchedule', updateScheduleSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: SCHEDULE,
    problems: [400, 409, 412],
  })
  async update(
    @Param('id', ScheduleIdPipe) id: string,
    @Body({ schema: updateScheduleSchema }) input: UpdateSchedule,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScheduleView> {
    return tagged(await this.schedules.update(id, input, { actor, expected: parseIfMatch(ifMatch) }), response);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    id: 'schedules.delete',
    summary: 'Removes a schedule with the list of its fires. Evaluations that it made stay and go on.',
    scope: 'schedules:write',
    params,
    headers: [IF_MATCH],
    status: 204,
    answer: null,
    problems: [400, 412],
  })
  remove(
    @Param('id', ScheduleIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
  ): Promise<void> {
    return this.schedules.remove(id, { actor, expected: parseIfMatch(ifMatch) });
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Operation({
    id: 'schedules.pause',
    summary: 'Nothing of it fires any more; evaluations that run go on.',
    scope: 'schedules:write',
    params,
    headers: [IF_MATCH],
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: SCHEDULE,
    problems: [400, 412],
  })
  async pause(
    @Param('id', ScheduleIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScheduleView> {
    return tagged(await this.schedules.pause(id, { actor, expected: parseIfMatch(ifMatch) }), response);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Operation({
    id: 'schedules.resume',
    summary: 'It fires again, from its next time on.',
    scope: 'schedules:write',
    params,
    headers: [IF_MATCH],
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: SCHEDULE,
    problems: [400, 412],
  })
  async resume(
    @Param('id', ScheduleIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScheduleView> {
    return tagged(await this.schedules.resume(id, { actor, expected: parseIfMatch(ifMatch) }), response);
  }

  @Post(':id/run')
  @HttpCode(202)
  @Operation({
    id: 'schedules.run',
    summary: 'Fires now, by its overlap policy; also while it is paused.',
    scope: 'schedules:write',
    params,
    headers: [IDEMPOTENCY_KEY],
    status: 202,
    answerHeaders: createdHeaders('The fires of the schedule'),
    answer: named('Fire', fireViewSchema),
    problems: [400, 409, 422],
  })
  async run(
    @Param('id', ScheduleIdPipe) id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FireView> {
    const { replayed, ...fire } = await this.schedules.run(id, actor, key);
    response.setHeader('Location', this.schedules.firesUrl(id));
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return fire;
  }

  @Get(':id/fires')
  @Operation({
    id: 'schedules.fires',
    summary: 'What became of each of its times, newest first.',
    scope: 'schedules:read',
    params,
    query: listFiresQuerySchema,
    status: 200,
    answer: named('FireList', fireListSchema),
  })
  fires(
    @Param('id', ScheduleIdPipe) id: string,
    @Query({ schema: listFiresQuerySchema }) query: ListFiresQuery,
  ): Promise<FireList> {
    return this.schedules.fires(id, query);
  }
}

function tagged(schedule: ScheduleView, response: Response): ScheduleView {
  setEtag(response, schedule.revision);
  return schedule;
}
