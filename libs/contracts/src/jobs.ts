import { z } from 'zod';
import { checkpointManifestSchema } from './checkpoint.js';
import { rankAddressSchema, type RankAddress } from './records.js';
import { runConfigSchema } from './run-config/run-config.js';

/** Job catalog: queue name -> data schema and policy. Producers and processors take their types and options from here. */

/**
 * One rank of one generation. The data is complete: a worker holds no SQL. The config is re-validated where it arrives.
 */
export const rankJobSchema = rankAddressSchema.extend({
  worldSize: z.number().int().min(1),
  config: z.unknown().transform((value, context) => {
    const parsed = runConfigSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
    return z.NEVER;
  }),
  /** The checkpoint to start from; null: from scratch. */
  resumeFrom: checkpointManifestSchema.nullable(),
  /** Milliseconds that the ranks may take to find each other. */
  rendezvousTimeoutMs: z.number().int().min(1),
});
export type RankJob = z.output<typeof rankJobSchema>;

/** One attempt series of a webhook delivery; the row in Postgres holds everything. */
export const webhookJobSchema = z.strictObject({ deliveryId: z.string() });
export type WebhookJob = z.output<typeof webhookJobSchema>;

export const JOBS = {
  /** Never retried or un-stalled by BullMQ: starting again is a new generation, decided by `results`. */
  rank: { queue: 'rank', schema: rankJobSchema, attempts: 1, lockDurationMs: 30_000 },
  /** Re-attempts follow the delivery's own schedule (a new delayed job each), so BullMQ makes one. */
  webhook: { queue: 'webhook', schema: webhookJobSchema, attempts: 1, lockDurationMs: 30_000 },
} as const;

/** BullMQ job id of a rank: adding it twice changes nothing. (BullMQ forbids ":" in ids.) */
export function rankJobId({ runId, generation, rank }: RankAddress): string {
  return `${runId}-g${generation}-r${rank}`;
}
