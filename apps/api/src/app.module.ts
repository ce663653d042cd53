import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import { HealthController } from './health/health.controller.js';
import { EmbeddingsController } from './models/embeddings.controller.js';
import { EmbeddingsService } from './models/embeddings.service.js';
import { ModelsController } from './models/models.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { RecipesController } from './recipes/recipes.controller.js';
import { RunEventHub } from './runs/run-event-hub.js';
import { RunEventStream } from './runs/run-event-stream.js';
import { RunEventsController } from './runs/run-events.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { Submission } from './runs/submission.js';
import { ApiSettings } from './settings.js';

@Module({})
export class AppModule {
  static with(dataSource: DataSource, settings: ApiSettings): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        RunsController,
        RunEventsController,
        EvaluationsController,
        ModelsController,
        EmbeddingsController,
        RecipesController,
        HealthController,
        OpenApiController,
      ],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: ApiSettings, useValue: settings },
        RunEventHub,
        RunEventStream,
        Submission,
        RunsService,
        EvaluationsService,
        EmbeddingsService,
      ],
    };
  }
}
