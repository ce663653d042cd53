import type { SoftmaxLossConfig } from '#contracts';
import { arcface } from './arcface.js';
import { combined } from './combined.js';
import { cosface } from './cosface.js';
import type { MarginLoss } from './margin-loss.js';
import { nsoftmax } from './nsoftmax.js';
import { softmax } from './softmax.js';

type Factories = { readonly [L in SoftmaxLossConfig as L['name']]: (config: L) => MarginLoss };

/** One entry per name in the catalog; the type holds both lists equal. */
export const LOSS_FACTORIES: Factories = { softmax, nsoftmax, arcface, cosface, combined };

export function createLoss(config: SoftmaxLossConfig): MarginLoss {
  return (LOSS_FACTORIES[config.name] as (config: SoftmaxLossConfig) => MarginLoss)(config);
}
