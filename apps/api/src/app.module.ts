import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import { HealthController } from './health/health.controller.js';
import { Idempotency } from './http/idempotency.js';
import { routesOf } from './http/operation.js';
import { AliasesController } from './models/aliases.controller.js';
import { AliasesService } from './models/aliases.service.js';
import { EmbeddingsController } from './models/embeddings.controller.js';
import { EmbeddingsService } from './models/embeddings.service.js';
import { ModelFilesController } from './models/model-files.controller.js';
import { ModelFilesService } from './models/model-files.service.js';
import { ModelsController } from './models/models.controller.js';
import { ModelsService } from './models/models.service.js';
import { ApiRoutes, OpenApiController } from './openapi/openapi.controller.js';
import { RecipesController } from './recipes/recipes.controller.js';
import { RunEventHub } from './runs/run-event-hub.js';
import { RunEventStream } from './runs/run-event-stream.js';
import { RunEventsController } from './runs/run-events.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { Submission } from './runs/submission.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SchedulesService } from './schedules/schedules.service.js';
import { ApiSettings } from './settings.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TasksService } from './tasks/tasks.service.js';

/** One entry per resource; the order of controllers is that of the OpenAPI document. */
const RESOURCES: readonly { readonly controllers: readonly Type[]; readonly providers?: readonly Provider[] }[] = [
  { controllers: [RunsController, RunEventsController], providers: [RunEventHub, RunEventStream, Submission, RunsService] },
  { controllers: [EvaluationsController], providers: [EvaluationsService] },
  {
    controllers: [ModelsController, AliasesController, ModelFilesController, EmbeddingsController],
    providers: [AliasesService, EmbeddingsService, ModelFilesService, ModelsService],
  },
  { controllers: [TasksController], providers: [TasksService] },
  { controllers: [SchedulesController], providers: [SchedulesService] },
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
