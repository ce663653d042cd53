import { z } from 'zod';
import { accuraciesSchema, checkpointManifestSchema, fileEntrySchema } from './checkpoint.js';
import { embeddingResultSchema } from './evaluation/embedding-config.js';
import { evaluatedModelSchema, evaluationScoresSchema } from './evaluation/evaluation-scores.js';
import { isErrorCode, type ErrorCode } from './errors.js';
import { taskResultSchema } from './tasks/task-result.js';
import { VERIFICATION_SUBJECTS, verificationScoresSchema } from './verification.js';

/**
 * What a worker tells `results`, over one Redis stream ({@link controlKeys.progress}).
 *
 * Every (run, generation, rank) is an ordered, exactly-once channel: its supervisor numbers records 0, 1, 2, ... and
 * re-sends all above the committed watermark until `results` has committed them; `results` commits a record only when its
 * `seq` is the next one, in the same transaction as its effect. So an accepted checkpoint implies that every metric
 * before it is stored, whatever Redis lost.
 */
const count = z.number().int().min(0).max(2_147_483_647);
const step = count;
const text = z.string().max(4000);

export const errorReportSchema = z.strictObject({
  code: z.custom<ErrorCode>(isErrorCode, 'unknown error code').meta({ type: 'string' }),
  message: text,
  details: z.record(z.string(), z.unknown()).optional(),
});

export const recordBodySchema = z.discriminatedUnion('type', [
  /** A supervisor took the rank job; `version` is that of its ArcFleet. */
  z.strictObject({ type: z.literal('rank.claimed'), workerId: z.string(), slot: count, version: z.string().max(64).optional() }),
  /** The ranks found each other and training starts at `step`. Sent by rank 0. */
  z.strictObject({
    type: z.literal('training.started'),
    step,
    /** Steps of the whole run: epochs are counted by now. */
    totalSteps: count.min(1),
    numClasses: count.min(1),
    numImages: count.min(1),
    numParameters: z.number().int().min(1),
    engine: z.string(),
    engineDetails: text,
  }),
  /** Scalars of one or more steps: `loss`, `learningRate`, `samplesPerSecond`, ... */
  z.strictObject({
    type: z.literal('metrics'),
    points: z
      .array(z.strictObject({ step, values: z.record(z.string().max(64), z.number()) }))
      .min(1)
      .max(1000),
  }),
  z.strictObject({
    type: z.literal('verification'),
    step,
    subject: z.enum(VERIFICATION_SUBJECTS),
    target: z.string().max(64),
    scores: verificationScoresSchema,
  }),
  /** All files of a checkpoint are on disk; it counts once `results` commits this record. */
  z.strictObject({ type: z.literal('checkpoint.written'), manifest: checkpointManifestSchema }),
  /** A backbone for use is on disk. */
  z.strictObject({
    type: z.literal('model.written'),
    step,
    folder: z.string(),
    files: z.array(fileEntrySchema).min(1),
    /** What it scored; empty without verification sets. */
    accuracies: accuraciesSchema,
    /** The best one so far. */
    isBest: z.boolean(),
    /** The one that the run ends with. */
    isLast: z.boolean(),
  }),
  /** A better one has replaced it. */
  z.strictObject({ type: z.literal('model.deleted'), folder: z.string() }),
  /** The ranks of an evaluation found each other and have opened the model. Sent by rank 0. */
  z.strictObject({
    type: z.literal('evaluation.started'),
    model: evaluatedModelSchema,
    engine: z.string(),
    engineDetails: text,
  }),
  /** What the model scored on one target. */
  z.strictObject({
    type: z.literal('evaluation.scored'),
    target: z.string().max(64),
    /** Of what its files hold: scores on equal ones can be compared. */
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    scores: evaluationScoresSchema,
  }),
  /** Answer to a request for embeddings. */
  z.strictObject({ type: z.literal('embeddings.computed'), model: evaluatedModelSchema, result: embeddingResultSchema }),
  /** How far a task is; the first one says that it has begun. At most one a second. */
  z.strictObject({ type: z.literal('task.progress'), step, totalSteps: count.min(1) }),
  /** A task came to its end: what it found or made. */
  z.strictObject({ type: z.literal('task.completed'), result: taskResultSchema }),
  /** Last record of a rank. `stopped`: left at a step boundary because it was told to, state checkpointed if it could be. */
  z.strictObject({
    type: z.literal('rank.finished'),
    outcome: z.enum(['succeeded', 'failed', 'canceled', 'stopped']),
    /** Last completed step, if training had started. */
    step: step.nullable(),
    /** Why a rank succeeded before the run's last step. */
    message: text.optional(),
    error: errorReportSchema.optional(),
  }),
]);
export type RecordBody = z.output<typeof recordBodySchema>;
export type RecordOf<T extends RecordBody['type']> = Extract<RecordBody, { type: T }>;

export const rankAddressSchema = z.strictObject({
  runId: z.string().min(1),
  generation: count.min(1),
  rank: count,
});
export type RankAddress = z.output<typeof rankAddressSchema>;

export const progressRecordSchema = rankAddressSchema.extend({
  seq: count,
  /** Who sends: only the worker whose `rank.claimed` was committed is heard. */
  workerId: z.string().min(1),
  /** When it happened on the worker, ISO 8601. */
  at: z.iso.datetime(),
  body: recordBodySchema,
});
export type ProgressRecord = z.output<typeof progressRecordSchema>;
