import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createEvaluationSchema,
  type CreatedEvaluation,
  type CreateEvaluation,
  type DeliveryList,
  type EvaluationList,
  type EvaluationScoreList,
  type EvaluationView,
} from '#contracts';
import { eventsQuerySchema, listRunsQuerySchema, type EventsQuery, type ListRunsQuery } from '../runs/queries.js';
import { RunEventStream } from '../runs/run-event-stream.js';
import { EvaluationIdPipe } from '../runs/run-id.pipe.js';
import { RunsService } from '../runs/runs.service.js';
import { parseIdempotencyKey } from '../runs/submission.js';
import { EvaluationsService } from './evaluations.service.js';

@Controller('evaluations')
export class EvaluationsController {
  constructor(
    private readonly evaluations: EvaluationsService,
    private readonly runs: RunsService,
    private readonly events: RunEventStream,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: createEvaluationSchema }) input: CreateEvaluation,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedEvaluation> {
    const { replayed, ...evaluation } = await this.evaluations.create(input, parseIdempotencyKey(key));
    response.setHeader('Location', evaluation.urls.self);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return evaluation;
  }

  @Get()
  list(@Query({ schema: listRunsQuerySchema }) query: ListRunsQuery): Promise<EvaluationList> {
    return this.evaluations.list(query);
  }

  @Get(':id')
  get(@Param('id', EvaluationIdPipe) id: string): Promise<EvaluationView> {
    return this.evaluations.get(id);
  }

  @Get(':id/scores')
  scores(@Param('id', EvaluationIdPipe) id: string): Promise<EvaluationScoreList> {
    return this.evaluations.scores(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  cancel(@Param('id', EvaluationIdPipe) id: string): Promise<EvaluationView> {
    return this.evaluations.cancel(id);
  }

  @Get(':id/events')
  stream(
    @Param('id', EvaluationIdPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query({ schema: eventsQuerySchema }) query: EventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.send(id, lastEventId, query.after, response);
  }

  @Get(':id/deliveries')
  deliveries(@Param('id', EvaluationIdPipe) id: string): Promise<DeliveryList> {
    return this.runs.deliveries(id);
  }
}
