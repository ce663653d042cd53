import { z } from 'zod';
import { RUN_STATUSES } from '../statuses.js';
import { MISSED_POLICIES, OVERLAPS } from './schedule-config.js';

const time = z.iso.datetime();

export const FIRE_TRIGGERS = ['cron', 'manual'] as const;
export type FireTrigger = (typeof FIRE_TRIGGERS)[number];

/** `waiting`: starts when the evaluations before it are over. */
export const FIRE_OUTCOMES = ['started', 'waiting', 'skipped', 'missed'] as const;
export type FireOutcome = (typeof FIRE_OUTCOMES)[number];

/** What became of one time of a schedule. */
export const fireViewSchema = z.object({
  id: z.string(),
  scheduledAt: time,
  /** When that was decided. */
  firedAt: time,
  trigger: z.enum(FIRE_TRIGGERS),
  outcome: z.enum(FIRE_OUTCOMES),
  /** Machine-readable cause: `on_time`, `catch_up`, `manual`, `overlap`, `already_waiting`, `no_models`, `late`, ... New values may appear. */
  reason: z.string(),
  message: z.string(),
  /** Of the schedule, then. */
  revision: z.number().int(),
  evaluations: z.array(z.object({ id: z.string(), modelId: z.string().nullable(), status: z.enum(RUN_STATUSES) })),
});
export type FireView = z.output<typeof fireViewSchema>;

/** Answer to `GET /schedules/:id/fires`: newest first. */
export const fireListSchema = z.object({ fires: z.array(fireViewSchema), next: z.string().nullable() });
export type FireList = z.output<typeof fireListSchema>;

export const scheduleViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  cron: z.string(),
  timezone: z.string(),
  /** With whole targets. */
  evaluation: z.record(z.string(), z.unknown()),
  overlap: z.enum(OVERLAPS),
  missed: z.enum(MISSED_POLICIES),
  graceSeconds: z.number().int(),
  margin: z.record(z.string(), z.number()).nullable(),
  paused: z.boolean(),
  /** Changes with every edit: the ETag. */
  revision: z.number().int(),
  createdAt: time,
  updatedAt: time,
  /** The next five, with the zone's offset; empty while paused. */
  nextFires: z.array(z.iso.datetime({ offset: true })),
  /** The last five, newest first. */
  lastFires: z.array(fireViewSchema),
  urls: z.object({ self: z.string(), fires: z.string(), run: z.string(), pause: z.string(), resume: z.string() }),
});
export type ScheduleView = z.output<typeof scheduleViewSchema>;

/** Answer to `GET /schedules`: newest first. */
export const scheduleListSchema = z.object({ schedules: z.array(scheduleViewSchema), next: z.string().nullable() });
export type ScheduleList = z.output<typeof scheduleListSchema>;
