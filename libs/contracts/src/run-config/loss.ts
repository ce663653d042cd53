import { z } from 'zod';
import { count, positive } from './numbers.js';

/** What every softmax on cosines has (insightface.md 2.1). */
const cosineLoss = {
  /** s: logits are s times the cosine. */
  scale: positive.default(64),
  /** K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one. */
  subCenters: z.number().int().min(1).max(16).default(1),
  /** Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off. */
  interclassFilteringThreshold: z.number().min(-1).max(1).nullable().default(null),
};
const withMargin = {
  ...cosineLoss,
  /** `exact` is the true derivative of the margin; `straight-through` is what arcface_torch does. */
  gradient: z.enum(['exact', 'straight-through']).default('exact'),
};
const withTriplets = {
  /** Images of an identity in a bag, at most. */
  imagesPerIdentity: z.number().int().min(2).max(1000).default(5),
  /** Images that are embedded before triplets are chosen among them. */
  bagSize: count.default(7200),
  /** Pairs of anchor and positive further apart than that are left out; 0: none are. */
  maxAnchorPositiveDistance: z.number().min(0).max(4).default(0),
};

// Angles in radians; the target's logit is s (cos(m1 theta + m2) - m3).
const arcface = z.strictObject({
  name: z.literal('arcface').optional().default('arcface'),
  ...withMargin,
  /** m2. */
  margin: z.number().min(0).max(1.5).default(0.5),
});
const cosface = z.strictObject({
  name: z.literal('cosface'),
  ...withMargin,
  /** m3. */
  margin: z.number().min(0).max(1).default(0.35),
});
const combined = z.strictObject({
  name: z.literal('combined'),
  ...withMargin,
  m1: z.number().positive().max(4).default(1),
  m2: z.number().min(0).max(1.5).default(0.3),
  m3: z.number().min(0).max(1).default(0.2),
});
const nsoftmax = z.strictObject({ name: z.literal('nsoftmax'), ...cosineLoss });
const softmax = z.strictObject({
  name: z.literal('softmax'),
  /** One bias per class, as train.py has it; train_parall never has. */
  bias: z.boolean().default(true),
});
const triplet = z.strictObject({
  name: z.literal('triplet'),
  ...withTriplets,
  /** Alpha, in squared distance of unit embeddings. */
  margin: z.number().positive().max(4).default(0.3),
});
const atriplet = z.strictObject({
  name: z.literal('atriplet'),
  ...withTriplets,
  /** Alpha, in radians. */
  margin: z.number().positive().max(3.2).default(0.35),
});

export const lossSchema = z.discriminatedUnion('name', [arcface, cosface, combined, nsoftmax, softmax, triplet, atriplet]);
export const LOSSES = ['arcface', 'cosface', 'combined', 'nsoftmax', 'softmax', 'triplet', 'atriplet'] as const;
export type LossName = (typeof LOSSES)[number];
export type LossConfig = z.output<typeof lossSchema>;
/** Losses without class centers. */
export type TripletLossConfig = Extract<LossConfig, { name: 'triplet' | 'atriplet' }>;
/** Losses with class centers W. */
export type SoftmaxLossConfig = Exclude<LossConfig, TripletLossConfig>;

export function isTripletLoss(loss: LossConfig): loss is TripletLossConfig {
  return loss.name === 'triplet' || loss.name === 'atriplet';
}

/**
 * Which classes take part in a step's softmax. `rate` is their share of all classes of the run, whatever the number of ranks; the
 * batch's own classes always take part, also beyond it (rate 0: they alone). Rows of other classes stay as they are: no momentum and
 * no weight decay moves them.
 */
export const classSamplingSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('none').optional().default('none') }),
  /** Partial FC: the batch's own classes, filled up with random others. */
  z.strictObject({ name: z.literal('random'), rate: z.number().min(0).max(1).default(0.1) }),
  /**
   * Dynamic class selection: the batch's own classes and their nearest others, by an index over W that is built anew every
   * `refreshSteps` (at step 1, 1 + refreshSteps, ...) and kept in checkpoints.
   */
  z.strictObject({
    name: z.literal('nearest'),
    rate: z.number().min(0).max(1).default(0.1),
    refreshSteps: count.default(500),
  }),
]);
export const CLASS_SAMPLINGS = ['none', 'random', 'nearest'] as const;
export type ClassSamplingConfig = z.output<typeof classSamplingSchema>;
