import { Controller, Get } from '@nestjs/common';
import { ApiSettings } from '../settings.js';
import { buildOpenApi } from './document.js';

@Controller('openapi.json')
export class OpenApiController {
  private readonly document: Record<string, unknown>;

  constructor(settings: ApiSettings) {
    this.document = buildOpenApi(settings.version);
  }

  @Get()
  get(): Record<string, unknown> {
    return this.document;
  }
}
