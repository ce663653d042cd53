import { Injectable } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { ApiRoutes } from '../openapi/openapi.controller.js';

/** Requests of this process, by operation: a path would make a series of every id. */
@Injectable()
export class HttpMetrics {
  readonly registry = new Registry();
  private readonly operations: ReadonlyMap<string, string>;
  private readonly requests: Counter<'operation' | 'status'>;
  private readonly durations: Histogram<'operation'>;

  constructor(routes: ApiRoutes) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.operations = new Map(routes.all.map(({ id, method, path }) => [`${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`, id]));
    this.requests = new Counter({
      name: 'arcfleet_http_requests_total',
      help: 'Requests that were answered, by operation of the API ("none": no such route) and status.',
      labelNames: ['operation', 'status'],
      registers,
    });
    this.durations = new Histogram({
      name: 'arcfleet_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer; event streams and followed logs are left out.',
      labelNames: ['operation'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
  }

  /** Counts every answer. */
  readonly observe: RequestHandler = (request, response, next) => {
    const start = performance.now();
    response.once('close', () => {
      const operation = this.operationOf(request);
      // The client left before there was an answer: as nginx has it.
      const status = response.headersSent ? String(response.statusCode) : '499';
      this.requests.inc({ operation, status });
      const isStream = response.getHeader('X-Accel-Buffering') === 'no';
      if (!isStream) this.durations.observe({ operation }, (performance.now() - start) / 1_000);
    });
    next();
  };

  private operationOf(request: Request): string {
    const { path } = (request.route ?? {}) as { path?: unknown };
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    return (typeof path === 'string' && this.operations.get(`${method} ${path}`)) || 'none';
  }
}
