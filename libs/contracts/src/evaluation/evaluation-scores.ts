import { z } from 'zod';
import { verificationScoresSchema } from '../verification.js';

const share = z.number().min(0).max(1);
const interval = z.strictObject({ low: z.number(), high: z.number(), level: share });

/** Points of a ROC curve, FAR rising; thinned, ends kept. Accepted are cosine similarities of `similarity` and more; 2: none. */
export const rocPointsSchema = z.array(z.strictObject({ far: share, tar: share, similarity: z.number() })).max(1_000);

/** How many pairs of each kind fall between two edges of similarity (cosine); `edges` has one value more than the counts. */
export const scoreHistogramSchema = z.strictObject({
  edges: z.array(z.number()).min(2).max(513),
  genuine: z.array(z.number().int().min(0)).max(512),
  impostor: z.array(z.number().int().min(0)).max(512),
});
export type ScoreHistogram = z.output<typeof scoreHistogramSchema>;

const tarAtFar = z.record(z.string(), z.strictObject({ tar: share, far: share, threshold: z.number() }));

/** What an evaluation found on one target. Thresholds of verification are squared L2 distances, all others cosine similarities. */
export const evaluationScoresSchema = z.discriminatedUnion('protocol', [
  z.strictObject({
    protocol: z.literal('verification'),
    ...verificationScoresSchema.shape,
    /** Of the accuracy, by bootstrap over the pairs; null: not asked for. */
    interval: interval.nullable(),
    /** Area under the ROC over all pairs. */
    areaUnderRoc: share,
    roc: rocPointsSchema,
    histogram: scoreHistogramSchema,
  }),
  z.strictObject({
    protocol: z.literal('identification'),
    numProbes: z.number().int().min(1),
    numIdentities: z.number().int().min(1),
    numDistractors: z.number().int().min(0),
    /** Closed-set: the mate is nearer than every distractor. */
    rank1Accuracy: share,
    /** Share of probes whose mate is among the first k, k = 1, 2, 5, 10, ... */
    cmc: z.array(z.strictObject({ rank: z.number().int().min(1), rate: share })).max(32),
    tarAtFar,
    xnorm: z.number().min(0),
  }),
  z.strictObject({
    protocol: z.literal('templates'),
    numTemplates: z.number().int().min(1),
    numImages: z.number().int().min(1),
    numPairs: z.number().int().min(1),
    tarAtFar,
    areaUnderRoc: share,
    roc: rocPointsSchema,
    histogram: scoreHistogramSchema,
    xnorm: z.number().min(0),
  }),
]);
export type EvaluationScores = z.output<typeof evaluationScoresSchema>;
export type ScoresOf<P extends EvaluationScores['protocol']> = Extract<EvaluationScores, { protocol: P }>;

/** The same without its curves: what lists and events carry. */
const [verification, identification, templates] = evaluationScoresSchema.options;
export const scoreSummarySchema = z.discriminatedUnion('protocol', [
  verification.omit({ roc: true, histogram: true }),
  identification,
  templates.omit({ roc: true, histogram: true }),
]);
export type ScoreSummary = z.output<typeof scoreSummarySchema>;

/** The model as the worker opened it. */
export const evaluatedModelSchema = z.strictObject({
  format: z.enum(['arcfleet', 'mxnet', 'torch', 'onnx']),
  network: z.string().max(200).nullable(),
  embeddingSize: z.number().int().min(1),
  height: z.number().int().min(1),
  width: z.number().int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  engine: z.string().max(64),
});
export type EvaluatedModel = z.output<typeof evaluatedModelSchema>;
