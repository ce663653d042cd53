import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createdRunSchema,
  createRunBodySchema,
  createRunSchema,
  deliveryListSchema,
  dryRunSchema,
  editRunSchema,
  metricSeriesSchema,
  recipeRunSchema,
  runListSchema,
  runViewSchema,
  type CreatedRun,
  type CreateRun,
  type DeliveryList,
  type DryRun,
  type EditRun,
  type MetricSeries,
  type RunList,
  type RunView,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { parseIdempotencyKey } from '../http/idempotency.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, idOf, IF_MATCH, named, Operation } from '../http/operation.js';
import { DryRunService } from './dry-run.service.js';
import {
  createRunQuerySchema,
  listRunsQuerySchema,
  metricsQuerySchema,
  runDeliveriesQuerySchema,
  type CreateRunQuery,
  type ListRunsQuery,
  type MetricsQuery,
  type RunDeliveriesQuery,
} from './queries.js';
import { RunIdPipe } from './run-id.pipe.js';
import { RunsService } from './runs.service.js';

const RUN = named('Run', runViewSchema);
const params = { id: idOf('run') };

@Controller('runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly dryRuns: DryRunService,
  ) {}

  @Post()
  @HttpCode(202)
  @Operation({
    id: 'runs.create',
    summary: 'Creates a run, whole or as a recipe with overrides. It waits until all its ranks have a slot.',
    scope: 'runs:write',
    query: createRunQuerySchema,
    headers: [IDEMPOTENCY_KEY],
    body: [named('CreateRun', createRunSchema), named('CreateRunFromRecipe', recipeRunSchema)],
    status: 202,
    answerHeaders: { ...createdHeaders('The run'), ...ETAG_HEADER },
    answer: named('CreatedRun', createdRunSchema),
    others: {
      200: {
        description: 'With `validate=true`: it would be created. Nothing was written.',
        answer: named('DryRun', dryRunSchema),
      },
    },
    problems: [400, 409],
  })
  async create(
    @Body({ schema: createRunBodySchema }) input: CreateRun,
    @Query({ schema: createRunQuerySchema }) { validate, ...size }: CreateRunQuery,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedRun | DryRun> {
    if (validate) {
      // It means nothing here, but what is wrong now would be wrong then.
      parseIdempotencyKey(key);
      response.status(200);
      return this.dryRuns.check(input, size);
    }
    return answerCreated(response, await this.runs.create(input, actor, key));
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
    answerHeaders: ETAG_HEADER,
    answer: RUN,
  })
  async get(@Param('id', RunIdPipe) id: string, @Res({ passthrough: true }) response: Response): Promise<RunView> {
    const run = await this.runs.get(id);
    setEtag(response, run.revision);
    return run;
  }

  @Patch(':id')
  @Operation({
    id: 'runs.update',
    summary: 'Changes name and labels of a run in any state.',
    scope: 'runs:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateRun', editRunSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: RUN,
    problems: [400, 412],
  })
  async edit(
    @Param('id', RunIdPipe) id: string,
    @Body({ schema: editRunSchema }) patch: EditRun,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RunView> {
    const revision = parseIfMatch(ifMatch);
    const run = await this.runs.edit(id, { patch, revision, actor, action: 'runs.update' });
    setEtag(response, run.revision);
    return run;
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
    summary: 'Webhook deliveries of a run, oldest first.',
    scope: 'webhooks:read',
    params,
    query: runDeliveriesQuerySchema,
    status: 200,
    answer: named('DeliveryList', deliveryListSchema),
  })
  deliveries(
    @Param('id', RunIdPipe) id: string,
    @Query({ schema: runDeliveriesQuerySchema }) query: RunDeliveriesQuery,
  ): Promise<DeliveryList> {
    return this.runs.deliveries(id, query);
  }
}
