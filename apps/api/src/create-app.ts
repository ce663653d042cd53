import 'reflect-metadata';
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { DataSource } from 'typeorm';
import type { Logger } from '#telemetry';
import { allowOrigins } from './access/cors.js';
import { Gate } from './access/gate.js';
import { requireLocalHost } from './access/loopback.js';
import { API_ROUTES, AppModule } from './app.module.js';
import { requirePlainJson } from './http/json-shape.js';
import { boundImages, IMAGES_BODY, JSON_BODY, requireJson } from './http/json-body.js';
import { ProblemFilter } from './http/problem.filter.js';
import { createValidationPipe } from './http/validation.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { createNestLogger } from './nest-logger.js';
import type { ApiSettings } from './settings.js';

/** The HTTP application without its connections: `main.ts` and the tests give it theirs and close them after it. */
export async function createApp(dataSource: DataSource, settings: ApiSettings, logger: Logger): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(dataSource, settings), {
    bodyParser: false,
    abortOnError: false,
    logger: createNestLogger(logger),
  });
  app.set('etag', false);
  const { access } = settings;
  if (access.trustedProxies.length > 0) app.set('trust proxy', access.trustedProxies);
  app.use(logRequests(logger), app.get(HttpMetrics).observe, helmet(), allowOrigins(access.corsOrigins));
  if (access.auth === 'none') app.use(requireLocalHost);
  app.use(app.get(Gate).handle, requireJson, boundImages());
  app.useBodyParser('json', IMAGES_BODY);
  app.useBodyParser('json', JSON_BODY);
  app.use(requirePlainJson);
  boundTime(app.getHttpServer(), access.requestTimeoutMs);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(logger, API_ROUTES));
  await app.init();
  return app;
}

/** A client that sends its request slowly holds a connection, not for ever: 408. */
function boundTime(server: Server & { connectionsCheckingInterval?: number }, requestTimeoutMs: number): void {
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = Math.min(15_000, requestTimeoutMs);
  // Read by Node when the server begins to listen.
  server.connectionsCheckingInterval = Math.min(5_000, requestTimeoutMs);
}

function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    response.once('close', () => {
      const ms = Math.round(performance.now() - start);
      logger.debug('request', { method: request.method, path: request.path, status: response.statusCode, ms });
    });
    next();
  };
}
