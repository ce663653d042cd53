import { z } from 'zod';
import { RUN_KIND_FACTS, RUN_STATUSES, type RunKind } from '#contracts';
import { parameter } from '../http/operation.js';
import { listOf, pageQuery, wholeNumber } from '../http/page.js';

export const isRunId = (id: string, kind: RunKind): boolean =>
  new RegExp(`^${RUN_KIND_FACTS[kind].prefix}_[0-9a-z]{20}$`).test(id);

const status = parameter(listOf(z.array(z.enum(RUN_STATUSES))).optional(), 'Only these, separated by commas', {
  type: 'array',
  items: { enum: RUN_STATUSES },
});

export const listRunsQuerySchema = z.strictObject({ ...pageQuery, status });
export type ListRunsQuery = z.output<typeof listRunsQuerySchema>;

/** Evaluations and tasks. */
export const listJobsQuerySchema = z.strictObject({ ...pageQuery, status });
export type ListJobsQuery = z.output<typeof listJobsQuerySchema>;

export const metricsQuerySchema = z.strictObject({
  names: parameter(
    listOf(z.array(z.string().regex(/^[^\0]{1,64}$/, 'must be 1 to 64 characters')).max(100)).optional(),
    'Only these series, separated by commas',
    { type: 'array', items: { type: 'string' } },
  ),
  maxPoints: wholeNumber(2, 20_000, 1_000, 'Most points per series'),
});
export type MetricsQuery = z.output<typeof metricsQuerySchema>;

export const eventsQuerySchema = z.strictObject({
  after: wholeNumber(0, 999_999_999, 0, 'The same as Last-Event-ID, for clients that cannot set the header'),
});
export type EventsQuery = z.output<typeof eventsQuerySchema>;
