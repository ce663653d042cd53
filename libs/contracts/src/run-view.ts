import { z } from 'zod';
import { errorReportSchema } from './records.js';
import { RUN_STATUSES } from './statuses.js';
import { VERIFICATION_SUBJECTS, verificationScoresSchema } from './verification.js';

/** What the API answers; OpenAPI is made from these schemas. Times are ISO 8601. */
const time = z.iso.datetime();

export const transitionSchema = z.object({
  status: z.enum(RUN_STATUSES),
  /** Machine-readable cause: one of those that docs/api.md lists, or the code of an error. New values may appear. */
  reason: z.string(),
  message: z.string(),
  generation: z.number().int(),
  at: time,
});
export type Transition = z.output<typeof transitionSchema>;

export const storedModelSchema = z.object({
  /** Its id in `/models`. */
  id: z.string(),
  /** The one that wrote it. */
  generation: z.number().int(),
  step: z.number().int(),
  /** Relative to the storage root. */
  folder: z.string(),
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string() })),
  /** Mean accuracy on each verification target. */
  accuracies: z.array(z.object({ target: z.string(), accuracy: z.number() })),
  /** No model before it scored better. */
  isBest: z.boolean(),
  isLast: z.boolean(),
});

/** What runs of every kind have. */
export const runStateSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  status: z.enum(RUN_STATUSES),
  reason: z.string(),
  message: z.string(),
  /** Failure of the run, if it failed. */
  error: errorReportSchema.nullable(),
  generation: z.number().int(),
  restarts: z.number().int(),
  worldSize: z.number().int().nullable(),
  engine: z.string().nullable(),
  createdAt: time,
  admittedAt: time.nullable(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  transitions: z.array(transitionSchema),
});
export type RunState = z.output<typeof runStateSchema>;

export const runViewSchema = runStateSchema.extend({
  /** Counts the changes of name and labels; the `ETag` of the run. */
  revision: z.number().int(),
  /** The run from whose checkpoint this one goes on, and the step of that. */
  resumedFrom: z.object({ runId: z.string(), step: z.number().int() }).nullable(),
  /** The run whose configuration this one was made from. */
  clonedFrom: z.string().nullable(),
  step: z.number().int(),
  /** Steps of the whole run; null until training starts, since epochs depend on the data set. */
  totalSteps: z.number().int().nullable(),
  numClasses: z.number().int().nullable(),
  /** The resolved configuration. */
  config: z.record(z.string(), z.unknown()),
  checkpoint: z.object({ step: z.number().int(), generation: z.number().int(), folder: z.string() }).nullable(),
  /** The model that the run ended with. */
  model: storedModelSchema.nullable(),
  /** All stored models, that one included, oldest first; those of steps that a restart threw away are not listed. */
  models: z.array(storedModelSchema),
  urls: z.object({
    self: z.string(),
    events: z.string(),
    logs: z.string(),
    metrics: z.string(),
    deliveries: z.string(),
    cancel: z.string(),
    resume: z.string(),
    clone: z.string(),
  }),
});
export type RunView = z.output<typeof runViewSchema>;

/** Answer to `POST /runs`. */
export const createdRunSchema = runViewSchema.extend({
  /** Secrets that were made because the request brought none. They are shown here only; a replayed answer shows none. */
  webhookSecrets: z.array(z.object({ url: z.string(), secret: z.string() })),
});
export type CreatedRun = z.output<typeof createdRunSchema>;

/** Answer to `GET /runs`: newest first. */
export const runListSchema = z.object({
  runs: z.array(runViewSchema),
  /** Where the next page is; null: this is the last one. */
  next: z.string().nullable(),
});
export type RunList = z.output<typeof runListSchema>;

/** Answer to `GET /runs/:id/deliveries`: a page of the webhook log of a run, oldest first. */
export const deliveryListSchema = z.object({
  deliveries: z.array(
    z.object({
      /** `webhook-id` of every attempt. */
      id: z.string(),
      eventType: z.string(),
      url: z.string(),
      state: z.enum(['pending', 'delivered', 'failed']),
      attempts: z.number().int(),
      lastStatus: z.number().int().nullable(),
      lastError: z.string().nullable(),
      createdAt: time,
      nextAttemptAt: time.nullable(),
      deliveredAt: time.nullable(),
    }),
  ),
  next: z.string().nullable(),
});
export type DeliveryList = z.output<typeof deliveryListSchema>;

export const metricSeriesSchema = z.object({
  /** Live lineage only: a replayed step supersedes the one that its restart threw away. */
  metrics: z.array(
    z.object({
      name: z.string(),
      points: z.array(z.object({ step: z.number().int(), value: z.number(), generation: z.number().int() })),
    }),
  ),
  verifications: z.array(
    z.object({
      step: z.number().int(),
      generation: z.number().int(),
      subject: z.enum(VERIFICATION_SUBJECTS),
      target: z.string(),
      scores: verificationScoresSchema,
    }),
  ),
});
export type MetricSeries = z.output<typeof metricSeriesSchema>;

/** Server-sent event of `GET /runs/:id/events`: `id` is `seq`, `event` is `type`, `data` is the rest. */
export const RUN_STREAM_EVENTS = [
  'transition',
  'progress',
  'verification',
  'checkpoint',
  'model',
  'scored',
  'regressed',
] as const;
export interface RunStreamEvent {
  seq: number;
  type: (typeof RUN_STREAM_EVENTS)[number];
  at: string;
  data: Record<string, unknown>;
}

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  /** One entry per wrong field: JSON pointer and message. */
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});
export type Problem = z.output<typeof problemSchema>;

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  checks: z.record(z.string(), z.object({ status: z.enum(['ok', 'failed']), message: z.string().optional() })),
});
