import type { LossConfig } from '#contracts';
import type { MarginLoss } from './margin-loss.js';

/** Plain softmax: logits are x . w + b, neither side normalised, so that nothing bounds them. */
export function softmax({ bias }: Extract<LossConfig, { name: 'softmax' }>): MarginLoss {
  return {
    isNormalized: false,
    hasBias: bias,
    subCenters: 1,
    filterThreshold: null,
    scale: 1,
    logitBound: Infinity,
    targetLogit: (similarity) => ({ value: similarity, slope: 1 }),
  };
}
