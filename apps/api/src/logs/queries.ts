import { z } from 'zod';
import { RUN_LOG_LEVELS } from '#contracts';
import { parameter } from '../http/operation.js';
import { listOf, wholeNumber } from '../http/page.js';

const optionalNumber = (description: string) =>
  parameter(
    z
      .string()
      .regex(/^\d{1,9}$/, 'must be a whole number')
      .transform(Number)
      .optional(),
    description,
    { type: 'integer', minimum: 0 },
  );

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `10m`: that long ago; or a time. */
const since = z
  .string()
  .max(40)
  .transform((text, context): Date => {
    const [, count, unit] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
    if (count !== undefined) return new Date(Date.now() - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
    const time = z.iso.datetime({ offset: true }).safeParse(text);
    if (time.success) return new Date(text);
    context.addIssue({ code: 'custom', message: 'must be a time (ISO 8601) or how long ago, for example 10m' });
    return z.NEVER;
  });

export const logsQuerySchema = z
  .strictObject({
    rank: parameter(
      listOf(
        z
          .array(
            z
              .string()
              .regex(/^\d{1,6}$/, 'must be a rank')
              .transform(Number),
          )
          .max(100),
      ).optional(),
      'Only these, separated by commas',
      { type: 'array', items: { type: 'integer', minimum: 0 } },
    ),
    generation: optionalNumber('Only this one'),
    level: parameter(z.enum(RUN_LOG_LEVELS).optional(), 'This one and what is more important', { enum: RUN_LOG_LEVELS }),
    since: parameter(since.optional(), 'From then on: a time, or how long ago (`30s`, `10m`, `2h`, `1d`)', { type: 'string' }),
    order: parameter(z.enum(['oldest', 'newest']).default('oldest'), 'What comes first', {
      enum: ['oldest', 'newest'],
      default: 'oldest',
    }),
    limit: wholeNumber(1, 1_000, 200, 'Lines per page'),
    cursor: optionalNumber('Go on after the line with this `seq`'),
    follow: parameter(
      z
        .enum(['true', 'false'])
        .default('false')
        .transform((value) => value === 'true'),
      'Keep the answer open and send lines as they come: server-sent events, or text if that is accepted',
      { type: 'boolean', default: false },
    ),
  })
  .refine(({ follow, order }) => !(follow && order === 'newest'), {
    path: ['order'],
    message: 'must be oldest to follow a log',
  });
export type LogsQuery = z.output<typeof logsQuerySchema>;
