import { z } from 'zod';
import { NETWORK_NAMES, RUN_KIND_FACTS, RUN_STATUSES, type RunKind } from '#contracts';
import { labelFilter } from '../http/label-filter.js';
import { parameter } from '../http/operation.js';
import { listOf, pageQuery, wholeNumber } from '../http/page.js';

export const isRunId = (id: string, kind: RunKind): boolean =>
  new RegExp(`^${RUN_KIND_FACTS[kind].prefix}_[0-9a-z]{20}$`).test(id);

const status = parameter(listOf(z.array(z.enum(RUN_STATUSES))).optional(), 'Only these, separated by commas', {
  type: 'array',
  items: { enum: RUN_STATUSES },
});

const text = (max: number) => z.string().regex(new RegExp(`^[^\\0]{1,${max}}$`, 'u'), `must be 1 to ${max} characters`);

const wholeOrNone = (max: number, description: string) =>
  parameter(
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'must be a whole number')
      .transform(Number)
      .pipe(z.number().max(max))
      .optional(),
    description,
    { type: 'integer', minimum: 1, maximum: max },
  );

/** Of `POST /runs`; sizes of the data set count only for the estimate. */
export const createRunQuerySchema = z.strictObject({
  validate: parameter(
    z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    'True: nothing is created; the answer is what the run would be and need',
    { type: 'boolean', default: false },
  ),
  identities: wholeOrNone(100_000_000, 'Identities of the data set, for the estimate'),
  images: wholeOrNone(999_999_999, 'Images of the data set, for the estimate'),
});
export type CreateRunQuery = z.output<typeof createRunQuerySchema>;

const moment = (description: string) =>
  parameter(z.iso.datetime({ offset: true }).pipe(z.coerce.date()).optional(), description, {
    type: 'string',
    format: 'date-time',
  });

/** What finds a run among others. */
const search = {
  status,
  label: labelFilter,
  name: parameter(text(200).optional(), 'Only those whose name begins with this', { type: 'string', maxLength: 200 }),
  createdAfter: moment('Only those created at this time or later'),
  createdBefore: moment('Only those created before this time'),
};

export const listRunsQuerySchema = z.strictObject({
  ...pageQuery,
  ...search,
  network: parameter(z.enum(NETWORK_NAMES).optional(), 'Only those of this network', { enum: NETWORK_NAMES }),
  recipe: parameter(text(100).optional(), 'Only those of this recipe', { type: 'string', maxLength: 100 }),
});
export type ListRunsQuery = z.output<typeof listRunsQuerySchema>;

export const listEvaluationsQuerySchema = z.strictObject({ ...pageQuery, ...search });
export type ListEvaluationsQuery = z.output<typeof listEvaluationsQuerySchema>;

/** Tasks. */
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

/** Of a run; more per page than in other lists, because it is a log. */
export const runDeliveriesQuerySchema = z.strictObject({
  limit: wholeNumber(1, 1_000, 200, 'Deliveries per page'),
  cursor: pageQuery.cursor,
});
export type RunDeliveriesQuery = z.output<typeof runDeliveriesQuerySchema>;

export const eventsQuerySchema = z.strictObject({
  after: wholeNumber(0, 999_999_999, 0, 'The same as Last-Event-ID, for clients that cannot set the header'),
});
export type EventsQuery = z.output<typeof eventsQuerySchema>;
