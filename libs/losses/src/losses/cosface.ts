import type { LossConfig } from '#contracts';
import { marginSoftmax } from './margin.js';
import type { MarginLoss } from './margin-loss.js';

/** Additive cosine margin (Wang et al., CVPR 2018): the target's logit is s (cos theta - m), whose slope is 1 in either form. */
export function cosface(config: Extract<LossConfig, { name: 'cosface' }>): MarginLoss {
  return marginSoftmax(config, { m1: 1, m2: 0, m3: config.margin }, config.gradient);
}
