import { z } from 'zod';
import { DELIVERY_STATES, WEBHOOK_EVENT_TYPES } from '#contracts';
import { parameter } from '../http/operation.js';
import { pageQuery } from '../http/page.js';

export const listWebhooksQuerySchema = z.strictObject({
  ...pageQuery,
  run: parameter(
    z
      .string()
      .regex(/^(run|evl)_[0-9a-z]{20}$/, 'must be the id of a run or an evaluation')
      .optional(),
    'Those that this run or evaluation brought, not those that are registered for all',
    { type: 'string', pattern: '^(run|evl)_[0-9a-z]{20}$' },
  ),
});
export type ListWebhooksQuery = z.output<typeof listWebhooksQuerySchema>;

export const listDeliveriesQuerySchema = z.strictObject({
  ...pageQuery,
  state: parameter(z.enum(DELIVERY_STATES).optional(), 'Only these', { enum: DELIVERY_STATES }),
  event: parameter(z.enum(WEBHOOK_EVENT_TYPES).optional(), 'Only of this event', { enum: WEBHOOK_EVENT_TYPES }),
  since: parameter(z.iso.datetime().optional(), 'Only what happened since then', { type: 'string', format: 'date-time' }),
});
export type ListDeliveriesQuery = z.output<typeof listDeliveriesQuerySchema>;
