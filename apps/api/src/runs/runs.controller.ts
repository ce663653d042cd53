import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createdRunSchema,
  createRunBodySchema,
  createRunSchema,
  deliveryListSchema,
  metricSeriesSchema,
  recipeRunSchema,
  runListSchema,
  runViewSchema,
  type CreatedRun,
  type CreateRun,
  type DeliveryList,
  type MetricSeries,
  type RunList,
  type RunView,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { createdHeaders, IDEMPOTENCY_KEY, idOf, named, Operation } from '../http/operation.js';
import { listRunsQuerySchema, metricsQuerySchema, type ListRunsQuery, type MetricsQuery } from './queries.js';
import { RunIdPipe } from './run-id.pipe.js';
import { RunsService } from './runs.service.js';

const RUN = named('Run', runViewSchema);
const params = { id: idOf('run') };

@Controller('runs')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post()
  @HttpCode(202)
  @Operation({
    id: 'runs.create',
    summary: 'Creates a run, whole or as a recipe with overrides. It waits until all its ranks have a slot.',
    scope: 'runs:write',
    headers: [IDEMPOTENCY_KEY],
    body: [named('CreateRun', createRunSchema), named('CreateRunFromRecipe', recipeRunSchema)],
    status: 202,
    answerHeaders: createdHeaders('The run'),
    answer: named('CreatedRun', createdRunSchema),
    problems: [400, 409],
  })
  async create(
    @Body({ schema: createRunBodySchema }) input: CreateRun,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedRun> {
    const { replayed, ...run } = await this.runs.create(input, actor, key);
    response.setHeader('Location', run.urls.self);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return run;
  }

  @Get()
  @Operation({
    id: 'runs.list',
    summary: 'Runs, newest first.',
    scope: 'runs:read',
    query: listRunsQuerySchema,
    status: 200,
    answer: named('RunList', runListSchema),
  })
  list(@Query({ schema: listRunsQuerySchema }) query: ListRunsQuery): Promise<RunList> {
    return this.runs.list(query);
  }

  @Get(':id')
  @Operation({
    id: 'runs.get',
    summary: 'A run with its resolved configuration and history of states.',
    scope: 'runs:read',
    params,
    status: 200,
    answer: RUN,
  })
  get(@Param('id', RunIdPipe) id: string): Promise<RunView> {
    return this.runs.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Operation({
    id: 'runs.cancel',
    summary: 'Asks a run to stop. Shows `canceling` at once and `canceled` when its ranks have left.',
    scope: 'runs:write',
    params,
    status: 202,
    answer: RUN,
    problems: [409],
  })
  cancel(@Param('id', RunIdPipe) id: string, @CurrentActor() actor: Actor): Promise<RunView> {
    return this.runs.cancel(id, actor);
  }

  @Get(':id/metrics')
  @Operation({
    id: 'runs.metrics',
    summary: 'Metrics and verification scores per step. Steps that a restart replayed appear once.',
    scope: 'runs:read',
    params,
    query: metricsQuerySchema,
    status: 200,
    answer: named('MetricSeries', metricSeriesSchema),
  })
  metrics(@Param('id', RunIdPipe) id: string, @Query({ schema: metricsQuerySchema }) query: MetricsQuery): Promise<MetricSeries> {
    return this.runs.metrics(id, query);
  }

  @Get(':id/deliveries')
  @Operation({
    id: 'runs.deliveries',
    summary: 'Webhook deliveries of a run.',
    scope: 'webhooks:read',
    params,
    status: 200,
    answer: named('DeliveryList', deliveryListSchema),
  })
  deliveries(@Param('id', RunIdPipe) id: string): Promise<DeliveryList> {
    return this.runs.deliveries(id);
  }
}
