import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createRunBodySchema,
  type CreatedRun,
  type CreateRun,
  type DeliveryList,
  type MetricSeries,
  type RunList,
  type RunView,
} from '#contracts';
import { listRunsQuerySchema, metricsQuerySchema, type ListRunsQuery, type MetricsQuery } from './queries.js';
import { RunIdPipe } from './run-id.pipe.js';
import { RunsService } from './runs.service.js';
import { parseIdempotencyKey } from './submission.js';

@Controller('runs')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: createRunBodySchema }) input: CreateRun,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedRun> {
    const { replayed, ...run } = await this.runs.create(input, parseIdempotencyKey(key));
    response.setHeader('Location', run.urls.self);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return run;
  }

  @Get()
  list(@Query({ schema: listRunsQuerySchema }) query: ListRunsQuery): Promise<RunList> {
    return this.runs.list(query);
  }

  @Get(':id')
  get(@Param('id', RunIdPipe) id: string): Promise<RunView> {
    return this.runs.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  cancel(@Param('id', RunIdPipe) id: string): Promise<RunView> {
    return this.runs.cancel(id);
  }

  @Get(':id/metrics')
  metrics(@Param('id', RunIdPipe) id: string, @Query({ schema: metricsQuerySchema }) query: MetricsQuery): Promise<MetricSeries> {
    return this.runs.metrics(id, query);
  }

  @Get(':id/deliveries')
  deliveries(@Param('id', RunIdPipe) id: string): Promise<DeliveryList> {
    return this.runs.deliveries(id);
  }
}
