import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Registry } from 'prom-client';
import { Operation } from '../http/operation.js';
import { FleetMetrics } from './fleet-metrics.js';
import { HttpMetrics } from './http-metrics.js';

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly http: HttpMetrics,
    private readonly fleet: FleetMetrics,
  ) {}

  @Get()
  @Operation({
    id: 'metrics.get',
    summary: 'Numbers of the fleet and of this process for Prometheus.',
    scope: 'workers:read',
    openIf: ({ metricsOpen }) => metricsOpen,
    status: 200,
    answer: { contentType: 'text/plain', schema: { type: 'string', description: 'Prometheus text format 0.0.4' } },
  })
  async get(@Res() response: Response): Promise<void> {
    const merged = Registry.merge([await this.fleet.read(), this.http.registry]);
    response.setHeader('Content-Type', merged.contentType);
    response.send(await merged.metrics());
  }
}
