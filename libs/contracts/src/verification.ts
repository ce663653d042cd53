import { z } from 'zod';

const share = z.number().min(0).max(1);

/** Scores of one verification set by the 10-fold protocol. */
export const verificationScoresSchema = z.strictObject({
  numPairs: z.number().int().min(1),
  /** Mean and population standard deviation over the folds. */
  accuracy: share,
  std: z.number().min(0),
  /** Mean over the folds of the threshold on squared L2 distance. */
  threshold: z.number(),
  /** Mean L2 norm of the raw embeddings (original and mirrored). */
  xnorm: z.number().min(0),
  /** Keyed by FAR as text, for example "0.001". */
  tarAtFar: z.record(z.string(), z.strictObject({ tar: share, far: share, threshold: z.number() })),
});
export type VerificationScores = z.output<typeof verificationScoresSchema>;

/** What was scored: the network, the network before training, or raw pixels (cosine of mean-free pixels). */
export const VERIFICATION_SUBJECTS = ['model', 'pixels'] as const;
export type VerificationSubject = (typeof VERIFICATION_SUBJECTS)[number];
