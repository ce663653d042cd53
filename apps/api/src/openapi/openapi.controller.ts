import { Controller, Get } from '@nestjs/common';
import { Operation, type Route } from '../http/operation.js';
import { ApiSettings } from '../settings.js';
import { buildOpenApi } from './document.js';

/** All routes of the API, for who must know them; a class, so that Nest can inject it by type. */
export class ApiRoutes {
  constructor(readonly all: readonly Route[]) {}
}

@Controller('openapi.json')
export class OpenApiController {
  private readonly document: Record<string, unknown>;

  constructor(settings: ApiSettings, routes: ApiRoutes) {
    this.document = buildOpenApi(settings.version, routes.all);
  }

  @Get()
  @Operation({
    id: 'openapi.get',
    summary: 'This document.',
    scope: null,
    status: 200,
    answer: { contentType: 'application/json', schema: { type: 'object' } },
  })
  get(): Record<string, unknown> {
    return this.document;
  }
}
