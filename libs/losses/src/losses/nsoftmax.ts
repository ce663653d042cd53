import type { LossConfig } from '#contracts';
import { marginSoftmax } from './margin.js';
import type { MarginLoss } from './margin-loss.js';

/** Softmax on cosines without margin: every logit is s cos theta. */
export function nsoftmax(config: Extract<LossConfig, { name: 'nsoftmax' }>): MarginLoss {
  return marginSoftmax(config, { m1: 1, m2: 0, m3: 0 }, 'exact');
}
