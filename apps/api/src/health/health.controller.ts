import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { healthSchema } from '#contracts';
import { named, Operation } from '../http/operation.js';
import { ApiSettings } from '../settings.js';

type Health = z.output<typeof healthSchema>;
const TIMEOUT_MS = 2_000;
const HEALTH = named('Health', healthSchema);

@Controller('health')
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  /** 200 when the API can do its work, which needs Postgres and nothing else; 503 otherwise. */
  @Get()
  @Operation({
    id: 'health.get',
    summary: 'Whether the API can do its work.',
    scope: null,
    status: 200,
    answer: HEALTH,
    others: { 503: { description: 'It cannot', answer: HEALTH } },
  })
  async check(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const isUp = await this.canQuery();
    if (!isUp) response.status(503);
    return {
      status: isUp ? 'ok' : 'degraded',
      version: this.settings.version,
      // The reason stays in the log: this route is open to everybody.
      checks: {
        postgres: isUp
          ? { status: 'ok' }
          : { status: 'failed', message: `cannot be reached or did not answer within ${TIMEOUT_MS} ms` },
      },
    };
  }

  private async canQuery(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), TIMEOUT_MS)));
    const query = this.dataSource.query('select 1').then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([query, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
