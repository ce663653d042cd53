/** A target's logit (before the scale) and its derivative by the cosine. */
export interface TargetLogit {
  readonly value: number;
  readonly slope: number;
}

/**
 * What makes one softmax loss on cosines differ from another. Only the target's logit depends on it; there are at most as
 * many targets as rows in the batch, so it is plain float64 arithmetic, the same on every engine.
 */
export interface MarginLoss {
  /** s: logits are s times the cosine. */
  readonly scale: number;
  /** No logit, with or without margin, is larger in magnitude than this. */
  readonly logitBound: number;
  /** `cosine` is in [-1, 1]. */
  targetLogit(cosine: number): TargetLogit;
}
