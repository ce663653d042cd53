import type { LossConfig } from '#contracts';
import { marginSoftmax } from './margin.js';
import type { MarginLoss } from './margin-loss.js';

/** All three margins: the target's logit is s (cos(m1 theta + m2) - m3); m1 alone is SphereFace's, without its pieces. */
export function combined(config: Extract<LossConfig, { name: 'combined' }>): MarginLoss {
  return marginSoftmax(config, config, config.gradient);
}
