import { meanNorm, pairDistances } from './pair-distances.js';
import { scoreDistances, scoreFolds } from './score-distances.js';

/** What `arcfleet score` prints. */
export interface EmbeddingScores {
  readonly pairs: number;
  readonly accuracy: number;
  /** Population standard deviation over the folds. */
  readonly std: number;
  /** Per fold, on squared L2 distance. */
  readonly thresholds: number[];
  readonly accuracies: number[];
  /** Mean L2 norm of all rows. */
  readonly xnorm: number;
  /** Means over the folds, as `scoreDistances` has them; keyed by FAR as text. */
  readonly tarAtFar: Record<string, { tar: number; threshold: number }>;
}

/**
 * The 10-fold protocol on embeddings as they are: rows 2k and 2k+1 of the 2P x dim matrix are pair k. There is no flip test: add mirrored
 * embeddings beforehand if it is wanted.
 *
 * Throws `shape_mismatch`, `non_finite`, and `dataset_invalid` for fewer than ten pairs or pairs of one kind only.
 */
export function scoreEmbeddings(embeddings: Float32Array, dim: number, isSame: Uint8Array): EmbeddingScores {
  const distances = pairDistances(embeddings, dim, isSame.length);
  const { accuracy, std, xnorm, tarAtFar } = scoreDistances(distances, isSame, meanNorm(embeddings, dim));
  return {
    pairs: isSame.length,
    accuracy,
    std,
    ...scoreFolds(distances, isSame),
    xnorm,
    tarAtFar: Object.fromEntries(Object.entries(tarAtFar).map(([far, { tar, threshold }]) => [far, { tar, threshold }])),
  };
}
