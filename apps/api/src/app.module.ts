import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HealthController } from './health/health.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { RecipesController } from './recipes/recipes.controller.js';
import { RunEventHub } from './runs/run-event-hub.js';
import { RunEventsController } from './runs/run-events.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { ApiSettings } from './settings.js';

@Module({})
export class AppModule {
  static with(dataSource: DataSource, settings: ApiSettings): DynamicModule {
    return {
      module: AppModule,
      controllers: [RunsController, RunEventsController, RecipesController, HealthController, OpenApiController],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: ApiSettings, useValue: settings },
        RunEventHub,
        RunsService,
      ],
    };
  }
}
