import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { auditListSchema, type AuditList } from '#contracts';
import { listAuditEvents } from '#persistence';
import { named, Operation, parameter } from '../http/operation.js';
import { nextPage, pageQuery, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';

const text = (pattern: RegExp, description: string) =>
  parameter(z.string().regex(pattern, `must match ${pattern.source}`).optional(), description, {
    type: 'string',
    pattern: pattern.source,
  });
const time = (description: string) =>
  parameter(
    z.iso
      .datetime({ offset: true })
      .transform((value) => new Date(value))
      .optional(),
    description,
    {
      type: 'string',
      format: 'date-time',
    },
  );

export const auditQuerySchema = z.strictObject({
  ...pageQuery,
  actor: text(/^(key_[0-9a-z]{20}|system|anybody)$/, 'Only what this key did'),
  resource: text(/^[\w.:@/-]{1,128}$/, 'Only what was done to this'),
  action: text(/^[a-zA-Z]{1,40}(\.[a-zA-Z]{1,40}){1,3}$/, 'Only this operation'),
  since: time('From this time on'),
  until: time('Before this time'),
});
type AuditQuery = z.output<typeof auditQuerySchema>;

@Controller('audit')
export class AuditController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Operation({
    id: 'audit.list',
    summary: 'Who changed what, newest first.',
    scope: 'audit:read',
    query: auditQuerySchema,
    status: 200,
    answer: named('AuditList', auditListSchema),
  })
  async list(@Query({ schema: auditQuerySchema }) { limit, cursor, resource, ...filter }: AuditQuery): Promise<AuditList> {
    const { events, next } = await listAuditEvents(this.dataSource.manager, {
      ...toPage({ limit, cursor }),
      ...filter,
      resourceId: resource,
    });
    const { actor, action, since, until } = filter;
    const filters = { limit, actor, resource, action, since: since?.toISOString(), until: until?.toISOString() };
    return { events, next: nextPage(`${this.settings.publicUrl}/audit`, next, filters) };
  }
}
