import { z } from 'zod';
import { runStateSchema } from '../run-view.js';
import { embeddingResultSchema } from './embedding-config.js';
import { MARGIN_SOURCES } from './compare-scores.js';
import { resolvedModelSchema } from './evaluation-config.js';
import { evaluatedModelSchema, evaluationScoresSchema, scoreSummarySchema } from './evaluation-scores.js';

const scored = { target: z.string(), generation: z.number().int(), at: z.iso.datetime() };
/** SHA-256 of what the target's files held; null: it was scored before that was kept. */
const digest = z.string().nullable();

/** A metric that fell by more than its margin. */
export const regressionSchema = z.object({
  target: z.string(),
  metric: z.string(),
  /** The other model is that which held the alias before, or the model itself on other data or another engine. */
  against: z.enum(['alias', 'itself']),
  /** `name@alias`; null: against itself. */
  alias: z.string().nullable(),
  /** What is not as it was for the baseline. */
  changed: z.array(z.enum(['model', 'data', 'engine'])),
  baselineModelId: z.string(),
  baselineEvaluationId: z.string(),
  baseline: z.number(),
  current: z.number(),
  /** By how much it may fall. */
  margin: z.number(),
  /** `given` with the schedule, `bootstrap`: interval of the baseline, `wilson`: interval of a share. */
  marginFrom: z.enum(MARGIN_SOURCES),
});
export type Regression = z.output<typeof regressionSchema>;

/** An evaluation as the API shows it: a run whose steps are targets. */
export const evaluationViewSchema = runStateSchema.extend({
  /** Counts the changes of name and labels; the `ETag` of the evaluation. */
  revision: z.number().int(),
  /** Targets scored by the live generation, and all that were asked for. */
  step: z.number().int(),
  totalSteps: z.number().int(),
  /** The model that was asked for; `id` is null for files that the API does not know. */
  model: resolvedModelSchema,
  /** What the worker found there; null until it has opened it. */
  openedModel: evaluatedModelSchema.nullable(),
  /** Without curves; in the order of the configuration. */
  scores: z.array(z.object({ ...scored, digest, scores: scoreSummarySchema })),
  /** Found when it completed; see `evaluation.regressed`. */
  regressions: z.array(regressionSchema),
  config: z.record(z.string(), z.unknown()),
  urls: z.object({
    self: z.string(),
    events: z.string(),
    logs: z.string(),
    scores: z.string(),
    deliveries: z.string(),
    cancel: z.string(),
  }),
});
export type EvaluationView = z.output<typeof evaluationViewSchema>;

/** Answer to `POST /evaluations`; see `createdRunSchema` for the secrets. */
export const createdEvaluationSchema = evaluationViewSchema.extend({
  webhookSecrets: z.array(z.object({ url: z.string(), secret: z.string() })),
});
export type CreatedEvaluation = z.output<typeof createdEvaluationSchema>;

/** Answer to `GET /evaluations`: newest first. */
export const evaluationListSchema = z.object({ evaluations: z.array(evaluationViewSchema), next: z.string().nullable() });
export type EvaluationList = z.output<typeof evaluationListSchema>;

/** Answer to `GET /evaluations/:id/scores`: with the points of the ROC curves and the histograms. */
export const evaluationScoreListSchema = z.object({
  model: evaluatedModelSchema.nullable(),
  scores: z.array(z.object({ ...scored, scores: evaluationScoresSchema })),
});
export type EvaluationScoreList = z.output<typeof evaluationScoreListSchema>;

/** Answer to `POST /models/:id/embeddings` once they are there. */
export const embeddingsAnswerSchema = z.object({
  id: z.string(),
  model: z.object({ id: z.string().nullable(), ...evaluatedModelSchema.shape }),
  ...embeddingResultSchema.shape,
});
export type EmbeddingsAnswer = z.output<typeof embeddingsAnswerSchema>;

/** A request for embeddings. The images are not shown, and all of it goes an hour after its end. */
export const embeddingViewSchema = runStateSchema.extend({
  model: resolvedModelSchema,
  /** null until it succeeded. */
  result: embeddingsAnswerSchema.omit({ id: true }).nullable(),
  /** When the request and its vectors are deleted; null while it runs. */
  expiresAt: z.iso.datetime().nullable(),
  urls: z.object({ self: z.string(), cancel: z.string() }),
});
export type EmbeddingView = z.output<typeof embeddingViewSchema>;
