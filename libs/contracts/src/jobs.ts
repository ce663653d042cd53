import { z } from 'zod';
import { checkpointManifestSchema } from './checkpoint.js';
import { embeddingConfigSchema } from './evaluation/embedding-config.js';
import { evaluationConfigSchema } from './evaluation/evaluation-config.js';
import { rankAddressSchema, type RankAddress } from './records.js';
import { runConfigSchema } from './run-config/run-config.js';
import { taskConfigSchema } from './tasks/task-config.js';

/** Job catalog: queue name -> data schema and policy. Producers and processors take their types and options from here. */

/** Anything configured that must hold again where a job arrives; the issues keep their paths. */
function revalidated<T extends z.ZodType>(schema: T) {
  return z.unknown().transform((value, context): z.output<T> => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
    return z.NEVER;
  });
}

const anyRankJob = rankAddressSchema.extend({
  worldSize: z.number().int().min(1),
  /** Milliseconds that the ranks may take to find each other. */
  rendezvousTimeoutMs: z.number().int().min(1),
});

const trainingJobSchema = anyRankJob.extend({
  kind: z.literal('training'),
  config: revalidated(runConfigSchema),
  /** The checkpoint to start from; null: from scratch. */
  resumeFrom: checkpointManifestSchema.nullable(),
});
const evaluationJobSchema = anyRankJob.extend({ kind: z.literal('evaluation'), config: revalidated(evaluationConfigSchema) });
const embeddingJobSchema = anyRankJob.extend({ kind: z.literal('embedding'), config: revalidated(embeddingConfigSchema) });
const taskJobSchema = anyRankJob.extend({ kind: z.literal('task'), config: revalidated(taskConfigSchema) });

/**
 * One rank of one generation. The data is complete: a worker holds no SQL. The config is re-validated where it arrives.
 */
export const rankJobSchema = z.discriminatedUnion('kind', [
  trainingJobSchema,
  evaluationJobSchema,
  embeddingJobSchema,
  taskJobSchema,
]);
export type RankJob = z.output<typeof rankJobSchema>;
export type TrainingJob = z.output<typeof trainingJobSchema>;
export type EvaluationJob = z.output<typeof evaluationJobSchema>;
export type EmbeddingJob = z.output<typeof embeddingJobSchema>;
export type TaskJob = z.output<typeof taskJobSchema>;

/** A schedule's time has come; the row in Postgres says whether, and what then. */
export const scheduleJobSchema = z.strictObject({ scheduleId: z.string() });

export const JOBS = {
  /** Never retried or un-stalled by BullMQ: starting again is a new generation, decided by `results`. */
  rank: { queue: 'rank', schema: rankJobSchema, attempts: 1, lockDurationMs: 30_000 },
  /** A tick that is lost or comes twice changes nothing: `results` looks for what is due by itself. */
  schedule: { queue: 'schedule', schema: scheduleJobSchema, attempts: 1, lockDurationMs: 30_000 },
} as const;

/** BullMQ job id of a rank: adding it twice changes nothing. (BullMQ forbids ":" in ids.) */
export function rankJobId({ runId, generation, rank }: RankAddress): string {
  return `${runId}-g${generation}-r${rank}`;
}
