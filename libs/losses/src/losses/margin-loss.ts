/** A target's logit (before the scale) and its derivative by the similarity. */
export interface TargetLogit {
  readonly value: number;
  readonly slope: number;
}

/**
 * What makes one softmax loss differ from another. Only the target's logit depends on a margin; there are at most as many
 * targets as rows in the batch, so it is plain float64 arithmetic, the same on every engine.
 */
export interface MarginLoss {
  /** Similarities are cosines of embedding and class center; otherwise plain products. */
  readonly isNormalized: boolean;
  /** A trained number per class is added to its logit. */
  readonly hasBias: boolean;
  /** Rows of W per class; the class's similarity is the largest of theirs. */
  readonly subCenters: number;
  /** Cosines of other classes above it count as 0; null: off. */
  readonly filterThreshold: number | null;
  /** s: logits are s times the similarity. */
  readonly scale: number;
  /** No logit but a target's is larger in magnitude; Infinity when there is no such number. */
  readonly logitBound: number;
  /** `similarity` is in [-1, 1] when normalised. */
  targetLogit(similarity: number): TargetLogit;
}
