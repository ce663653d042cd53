import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import { HealthController } from './health/health.controller.js';
import { Idempotency } from './http/idempotency.js';
import { routesOf } from './http/operation.js';
import { EmbeddingsController } from './models/embeddings.controller.js';
import { EmbeddingsService } from './models/embeddings.service.js';
import { ModelsController } from './models/models.controller.js';
import { ApiRoutes, OpenApiController } from './openapi/openapi.controller.js';
import { RecipesController } from './recipes/recipes.controller.js';
import { DryRunService } from './runs/dry-run.service.js';
import { FollowUpsController } from './runs/follow-ups.controller.js';
import { FollowUpsService } from './runs/follow-ups.service.js';
import { RunEditing } from './runs/run-editing.js';
import { RunEventHub } from './runs/run-event-hub.js';
import { RunEventStream } from './runs/run-event-stream.js';
import { RunEventsController } from './runs/run-events.controller.js';
import { RunLinks } from './runs/run-links.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { Submission } from './runs/submission.js';
import { ApiSettings } from './settings.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TasksService } from './tasks/tasks.service.js';

/** One entry per resource; the order of controllers is that of the OpenAPI document. */
const RESOURCES: readonly { readonly controllers: readonly Type[]; readonly providers?: readonly Provider[] }[] = [
  {
    controllers: [RunsController, FollowUpsController, RunEventsController],
    providers: [RunEventHub, RunEventStream, Submission, RunLinks, RunEditing, RunsService, FollowUpsService, DryRunService],
  },
  { controllers: [EvaluationsController], providers: [EvaluationsService] },
  { controllers: [ModelsController, EmbeddingsController], providers: [EmbeddingsService] },
  { controllers: [TasksController], providers: [TasksService] },
  { controllers: [RecipesController] },
  { controllers: [HealthController, OpenApiController] },
];

const CONTROLLERS = RESOURCES.flatMap(({ controllers }) => controllers);

/** Every route of the API with what it promises. */
export const API_ROUTES = routesOf(CONTROLLERS);

@Module({})
export class AppModule {
  static with(dataSource: DataSource, settings: ApiSettings): DynamicModule {
    return {
      module: AppModule,
      controllers: [...CONTROLLERS],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: ApiSettings, useValue: settings },
        { provide: ApiRoutes, useValue: new ApiRoutes(API_ROUTES) },
        Idempotency,
        ...RESOURCES.flatMap(({ providers = [] }) => providers),
      ],
    };
  }
}
