import { z } from 'zod';
import { labelsRecord } from '../labels.js';
import { WEBHOOK_EVENT_TYPES, webhookTargetSchema } from '../webhook-events.js';
import { eventFilterSchema } from './event-filter.js';

const time = z.iso.datetime();

/** Registered endpoints that there may be: each event asks all of them. */
export const MAX_REGISTERED_WEBHOOKS = 100;
/** Deliveries that one replay starts at most. */
export const MAX_REPLAYED = 1_000;
const DAY_SECONDS = 86_400;

const events = z.array(eventFilterSchema).min(1).max(64);
/** All of them must be among the labels of the run. */
const labels = labelsRecord.refine((value) => Object.keys(value).length <= 16, 'must have at most 16 labels');
const description = z.string().max(500);

/** Body of `POST /webhooks`. */
export const createWebhookSchema = webhookTargetSchema.extend({
  /** Default: all events. */
  events: events.nullable().default(null),
  /** Only events of runs and evaluations with these labels. */
  labels: labels.nullable().default(null),
  description: description.default(''),
});
export type CreateWebhook = z.output<typeof createWebhookSchema>;

/** Body of `PATCH /webhooks/:id`: what is left out stays. */
export const updateWebhookSchema = z.strictObject({
  url: webhookTargetSchema.shape.url.optional(),
  events: events.nullable().optional(),
  labels: labels.nullable().optional(),
  description: description.optional(),
});
export type UpdateWebhook = z.output<typeof updateWebhookSchema>;

/** Body of `POST /webhooks/:id/rotate-secret`, which may be left out. */
export const rotateSecretSchema = z
  .strictObject({
    /** So long both secrets sign. 0: the old one is worth nothing at once. */
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(7 * DAY_SECONDS)
      .default(DAY_SECONDS),
    secret: webhookTargetSchema.shape.secret,
  })
  .prefault({});
export type RotateSecret = z.output<typeof rotateSecretSchema>;

/** Body of `POST /webhooks/:id/replay`. */
export const replayWebhookSchema = z
  .strictObject({
    /** Events from here ... */
    since: time,
    /** ... to here; default: now. */
    until: time.optional(),
    events: events.optional(),
    /** `failed`: what was given up; `all`: what was delivered, too. */
    state: z.enum(['failed', 'all']).default('failed'),
  })
  .refine(({ since, until }) => until === undefined || Date.parse(since) <= Date.parse(until), {
    path: ['until'],
    message: 'must not be before since',
  });
export type ReplayWebhook = z.output<typeof replayWebhookSchema>;

/** Answer to a replay. */
export const replayAnswerSchema = z.object({
  /** Deliveries that are tried again from now on. */
  replayed: z.number().int(),
  /** There was more than one replay takes: go on with this as `since`. null: that was all. */
  next: time.nullable(),
});
export type ReplayAnswer = z.output<typeof replayAnswerSchema>;

export const DISABLED_REASONS = ['by_request', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export const webhookViewSchema = z.object({
  id: z.string(),
  /** The run or evaluation that brought it; null: registered for all. */
  runId: z.string().nullable(),
  /** A user name and a password in it are shown as `***`. */
  url: z.string(),
  description: z.string(),
  /** null: all. */
  events: z.array(z.string()).nullable(),
  labels: z.record(z.string(), z.string()).nullable(),
  /** `failing`: no attempt has succeeded since `failingSince`. */
  state: z.enum(['enabled', 'failing', 'disabled']),
  /** `by_request`, `gone` (it answered 410) or `failing` (nothing but failures for five days). */
  disabledReason: z.enum(DISABLED_REASONS).nullable(),
  disabledAt: time.nullable(),
  failingSince: time.nullable(),
  /** It asked to be called more slowly: nothing is sent before. */
  throttledUntil: time.nullable(),
  /** So long deliveries are signed with the secret before, too. */
  overlapUntil: time.nullable(),
  createdAt: time,
  updatedAt: time,
  urls: z.object({ self: z.string(), deliveries: z.string(), test: z.string(), replay: z.string(), rotateSecret: z.string() }),
});
export type WebhookView = z.output<typeof webhookViewSchema>;

/** Answer that shows the secret: to its creation and its rotation, once. */
export const webhookWithSecretSchema = webhookViewSchema.extend({
  /** null in a replayed answer. */
  secret: z.string().nullable(),
});
export type WebhookWithSecret = z.output<typeof webhookWithSecretSchema>;

/** Answer to `GET /webhooks`: newest first. */
export const webhookListSchema = z.object({ webhooks: z.array(webhookViewSchema), next: z.string().nullable() });
export type WebhookList = z.output<typeof webhookListSchema>;

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const webhookDeliverySchema = z.object({
  /** `webhook-id` of every attempt. */
  id: z.string(),
  webhookId: z.string(),
  runId: z.string().nullable(),
  eventType: z.enum(WEBHOOK_EVENT_TYPES),
  /** `pending`: an attempt is to come or under way. */
  state: z.enum(DELIVERY_STATES),
  attempts: z.number().int(),
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  createdAt: time,
  lastAttemptAt: time.nullable(),
  nextAttemptAt: time.nullable(),
  deliveredAt: time.nullable(),
  urls: z.object({ self: z.string(), redeliver: z.string() }),
});
export type WebhookDelivery = z.output<typeof webhookDeliverySchema>;

/** Answer to `GET /webhooks/:id/deliveries`: newest first. */
export const webhookDeliveryListSchema = z.object({
  deliveries: z.array(webhookDeliverySchema),
  next: z.string().nullable(),
});
export type WebhookDeliveryList = z.output<typeof webhookDeliveryListSchema>;

/** Answer to `GET /deliveries/:id`. */
export const webhookDeliveryDetailsSchema = webhookDeliverySchema.extend({
  /** What is sent, byte for byte. */
  body: z.string(),
  /** The newest 100, oldest of them first. */
  attemptLog: z.array(
    z.object({
      number: z.number().int(),
      at: time,
      durationMs: z.number().int(),
      status: z.number().int().nullable(),
      error: z.string().nullable(),
      /** Start of the answer's body. */
      answer: z.string().nullable(),
    }),
  ),
});
export type WebhookDeliveryDetails = z.output<typeof webhookDeliveryDetailsSchema>;
