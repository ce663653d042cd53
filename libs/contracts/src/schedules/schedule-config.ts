import { z } from 'zod';
import { marginsSchema } from '../evaluation/compare-scores.js';
import { scheduledEvaluationSchema } from '../evaluation/evaluation-config.js';
import { NAME } from '../names.js';

/** What a fire does while evaluations of an earlier one are not over: `skip` itself, `queue` up behind them, or `replace` them. */
export const OVERLAPS = ['skip', 'queue', 'replace'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** What becomes of times at which nobody was there to fire: nothing, or one fire for all of them. */
export const MISSED_POLICIES = ['skip', 'run_once'] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

const name = z.string().regex(NAME, 'must be 1 to 63 of a-z, 0-9, ., _ and -, and begin with a letter or digit');
export const scheduleNameSchema = name;

const fields = {
  /** Unique. */
  name,
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: z.string().min(9).max(200),
  /** IANA name: on the clocks of this zone. */
  timezone: z.string().min(1).max(64),
  evaluation: scheduledEvaluationSchema,
  overlap: z.enum(OVERLAPS),
  missed: z.enum(MISSED_POLICIES),
  /** A fire that is late by no more is on time. */
  graceSeconds: z.number().int().min(0).max(86_400),
  /** By how much metrics may fall; null, or a metric that is not named: by their interval. */
  margin: marginsSchema.nullable(),
};

/** Body of `POST /schedules`. */
export const createScheduleSchema = z.strictObject({
  ...fields,
  timezone: fields.timezone.default('UTC'),
  overlap: fields.overlap.default('skip'),
  missed: fields.missed.default('skip'),
  graceSeconds: fields.graceSeconds.default(300),
  margin: fields.margin.default(null),
  paused: z.boolean().default(false),
});
export type CreateSchedule = z.output<typeof createScheduleSchema>;
export type CreateScheduleInput = z.input<typeof createScheduleSchema>;

/** Body of `PATCH /schedules/:id`: fields that are left out stay. Pausing has routes of its own. */
export const updateScheduleSchema = z.strictObject(fields).partial();
export type UpdateSchedule = z.output<typeof updateScheduleSchema>;
