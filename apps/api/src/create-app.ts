import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { DataSource } from 'typeorm';
import type { Logger } from '#telemetry';
import { API_ROUTES, AppModule } from './app.module.js';
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
  app.use(logRequests(logger), app.get(HttpMetrics).observe, helmet(), requireJson, boundImages());
  app.useBodyParser('json', IMAGES_BODY);
  app.useBodyParser('json', JSON_BODY);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(logger, API_ROUTES));
  await app.init();
  return app;
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
