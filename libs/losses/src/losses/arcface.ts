import type { LossConfig } from '#contracts';
import type { MarginLoss } from './margin-loss.js';

/**
 * Below this sine (angles under 0.06 degrees off 0 or pi) the derivative is clamped. There the cosine's own gradient vanishes
 * like the sine, so the product that reaches features and centers stays bounded.
 */
export const SINE_FLOOR = 1e-3;

/**
 * Additive angular margin: the target's logit is s cos(theta + m), without threshold or easy-margin branch, also where
 * theta + m > pi. `gradient: 'exact'` is the true derivative sin(theta + m) / sin(theta); `'straight-through'` takes 1, as
 * arcface_torch does.
 */
export function arcface(config: Extract<LossConfig, { name: 'arcface' }>): MarginLoss {
  const { scale, margin, gradient, subCenters, interclassFilteringThreshold } = config;
  const cosMargin = Math.cos(margin);
  const sinMargin = Math.sin(margin);
  return {
    isNormalized: true,
    hasBias: false,
    subCenters,
    filterThreshold: interclassFilteringThreshold,
    scale,
    logitBound: scale,
    targetLogit(cosine) {
      const sine = Math.sqrt((1 - cosine) * (1 + cosine));
      const value = cosine * cosMargin - sine * sinMargin;
      if (gradient === 'straight-through') return { value, slope: 1 };
      return { value, slope: (sine * cosMargin + cosine * sinMargin) / Math.max(sine, SINE_FLOOR) };
    },
  };
}
