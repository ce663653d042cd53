import type { LossConfig } from '#contracts';
import { marginSoftmax } from './margin.js';
import type { MarginLoss } from './margin-loss.js';

/** Additive angular margin (Deng et al., CVPR 2019): the target's logit is s cos(theta + m). */
export function arcface(config: Extract<LossConfig, { name: 'arcface' }>): MarginLoss {
  return marginSoftmax(config, { m1: 1, m2: config.margin, m3: 0 }, config.gradient);
}
