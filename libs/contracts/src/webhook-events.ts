import { z } from 'zod';

/** Events that a run sends, named as in Standard Webhooks (dotted, past tense or noun). The list may grow. */
export const RUN_EVENT_TYPES = [
  'run.queued',
  'run.started',
  'run.verified',
  'run.checkpointed',
  'run.restarting',
  'run.succeeded',
  'run.failed',
  'run.canceling',
  'run.canceled',
] as const;
export type RunEventType = (typeof RUN_EVENT_TYPES)[number];

/** Events of an evaluation; those of a run by their other names, `evaluation.scored` for each target, and `evaluation.regressed`. */
export const EVALUATION_EVENT_TYPES = [
  'evaluation.queued',
  'evaluation.started',
  'evaluation.scored',
  'evaluation.regressed',
  'evaluation.restarting',
  'evaluation.completed',
  'evaluation.failed',
  'evaluation.canceling',
  'evaluation.canceled',
] as const;
export type EvaluationEventType = (typeof EVALUATION_EVENT_TYPES)[number];

/** Events of what is no run; only registered endpoints hear them. */
export const RESOURCE_EVENT_TYPES = [
  'model.created',
  'model.failed',
  'model.deleted',
  'model.alias_set',
  'model.alias_removed',
  'dataset.ready',
  'dataset.invalid',
  'schedule.fired',
  'schedule.skipped',
  'webhook.test',
] as const;
export type ResourceEventType = (typeof RESOURCE_EVENT_TYPES)[number];

export const WEBHOOK_EVENT_TYPES = [...RUN_EVENT_TYPES, ...EVALUATION_EVENT_TYPES, ...RESOURCE_EVENT_TYPES] as const;
export type WebhookEventType = RunEventType | EvaluationEventType | ResourceEventType;

/** Where events go. Without `secret` one is made and returned once, in the answer to the request that brought the URL. */
export const webhookTargetSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2048),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ followed by base64 of 24 to 64 bytes')
    .optional(),
});

/** Events default to all. */
export const webhookInputSchema = webhookTargetSchema.extend({ events: z.array(z.enum(RUN_EVENT_TYPES)).min(1).optional() });
export const evaluationWebhookSchema = webhookTargetSchema.extend({
  events: z.array(z.enum(EVALUATION_EVENT_TYPES)).min(1).optional(),
});
export type WebhookInput = z.output<typeof webhookInputSchema> | z.output<typeof evaluationWebhookSchema>;

/** Body of a delivery (Standard Webhooks): thin, under 20 kB. */
export interface WebhookPayload {
  type: WebhookEventType;
  /** When the event happened, ISO 8601. */
  timestamp: string;
  data: Record<string, unknown>;
}
