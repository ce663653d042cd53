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

/** Where a run's events go. Without `secret` one is made and returned once, in the answer to `POST /runs`. */
export const webhookInputSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2048),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ followed by base64 of 24 to 64 bytes')
    .optional(),
  /** Default: all. */
  events: z.array(z.enum(RUN_EVENT_TYPES)).min(1).optional(),
});
export type WebhookInput = z.output<typeof webhookInputSchema>;

/** Body of a delivery (Standard Webhooks): thin, under 20 kB. */
export interface WebhookPayload {
  type: RunEventType;
  /** When the event happened, ISO 8601. */
  timestamp: string;
  data: Record<string, unknown>;
}
