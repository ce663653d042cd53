import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { DatasetsController } from './datasets/datasets.controller.js';
import { DatasetsService } from './datasets/datasets.service.js';
import { AuditController } from './access/audit.controller.js';
import { Gate } from './access/gate.js';
import { KeyCache } from './access/key-cache.js';
import { KeyNews } from './access/key-news.js';
import { RateLimits } from './access/rate-limits.js';
import { ScopeGuard } from './access/scope.guard.js';
import { Sessions } from './access/sessions.js';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import { HealthController } from './health/health.controller.js';
import { Idempotency } from './http/idempotency.js';
import { routesOf, type Route } from './http/operation.js';
import { KeysController } from './keys/keys.controller.js';
import { KeysService } from './keys/keys.service.js';
import { EmbeddingsController } from './models/embeddings.controller.js';
import { EmbeddingsService } from './models/embeddings.service.js';
import { LogHub } from './logs/log-hub.js';
import { LogStream } from './logs/log-stream.js';
import { EvaluationLogsController, RunLogsController, TaskLogsController } from './logs/logs.controller.js';
import { LogsService } from './logs/logs.service.js';
import { FleetMetrics } from './metrics/fleet-metrics.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { AliasesController } from './models/aliases.controller.js';
import { AliasesService } from './models/aliases.service.js';
import { ModelFilesController } from './models/model-files.controller.js';
import { ModelFilesService } from './models/model-files.service.js';
import { ModelsController } from './models/models.controller.js';
import { ModelsService } from './models/models.service.js';
import { ApiRoutes, OpenApiController } from './openapi/openapi.controller.js';
import { RecipesController } from './recipes/recipes.controller.js';
import { DryRunService } from './runs/dry-run.service.js';
import { FollowUpsController } from './runs/follow-ups.controller.js';
import { FollowUpsService } from './runs/follow-ups.service.js';
import { LiveAnswers } from './runs/live-answers.js';
import { RunEditing } from './runs/run-editing.js';
import { RunEventHub } from './runs/run-event-hub.js';
import { RunEventStream } from './runs/run-event-stream.js';
import { RunEventsController } from './runs/run-events.controller.js';
import { RunLinks } from './runs/run-links.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { Submission } from './runs/submission.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SchedulesService } from './schedules/schedules.service.js';
import { ApiSettings } from './settings.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TasksService } from './tasks/tasks.service.js';
import { WorkersController } from './workers/workers.controller.js';
import { WorkersService } from './workers/workers.service.js';
import { DeliveriesController } from './webhooks/deliveries.controller.js';
import { DeliveriesService } from './webhooks/deliveries.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WebhooksService } from './webhooks/webhooks.service.js';

/** One entry per resource; the order of controllers is that of the OpenAPI document. */
const RESOURCES: readonly { readonly controllers: readonly Type[]; readonly providers?: readonly Provider[] }[] = [
  {
    controllers: [RunsController, FollowUpsController, RunEventsController],
    providers: [
      RunEventHub,
      LiveAnswers,
      RunEventStream,
      Submission,
      RunLinks,
      RunEditing,
      RunsService,
      FollowUpsService,
      DryRunService,
    ],
  },
  { controllers: [EvaluationsController], providers: [EvaluationsService] },
  {
    controllers: [ModelsController, AliasesController, ModelFilesController, EmbeddingsController],
    providers: [AliasesService, EmbeddingsService, ModelFilesService, ModelsService],
  },
  { controllers: [DatasetsController], providers: [DatasetsService] },
  { controllers: [TasksController], providers: [TasksService] },
  {
    controllers: [RunLogsController, EvaluationLogsController, TaskLogsController],
    providers: [LogHub, LogStream, LogsService],
  },
  { controllers: [WorkersController], providers: [WorkersService] },
  { controllers: [MetricsController], providers: [HttpMetrics, FleetMetrics] },
  { controllers: [WebhooksController, DeliveriesController], providers: [WebhooksService, DeliveriesService] },
  { controllers: [SchedulesController], providers: [SchedulesService] },
  { controllers: [RecipesController] },
  { controllers: [KeysController, AuditController], providers: [KeysService] },
  { controllers: [HealthController, OpenApiController] },
];

const CONTROLLERS = RESOURCES.flatMap(({ controllers }) => controllers);

/** Every route of the API with what it promises. */
export const API_ROUTES = routesOf(CONTROLLERS);

/** As configured: what is open to everybody asks for no scope. */
const openBy = (settings: ApiSettings): Route[] =>
  API_ROUTES.map((route) => (route.openIf?.(settings) === true ? { ...route, scope: null } : route));

@Module({})
export class AppModule {
  static with(dataSource: DataSource, settings: ApiSettings): DynamicModule {
    return {
      module: AppModule,
      controllers: [...CONTROLLERS],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: ApiSettings, useValue: settings },
        { provide: ApiRoutes, useValue: new ApiRoutes(openBy(settings)) },
        { provide: APP_GUARD, useClass: ScopeGuard },
        KeyCache,
        RateLimits,
        Sessions,
        KeyNews,
        Gate,
        Idempotency,
        ...RESOURCES.flatMap(({ providers = [] }) => providers),
      ],
    };
  }
}
