import type { LossName, RunConfig } from '#contracts';
import { arcface } from './arcface.js';
import type { MarginLoss } from './margin-loss.js';

/** One entry per name in the catalog; the type holds both lists equal. */
export const LOSS_FACTORIES: Readonly<Record<LossName, (config: RunConfig['loss']) => MarginLoss>> = { arcface };

export function createLoss(config: RunConfig['loss']): MarginLoss {
  return LOSS_FACTORIES[config.name](config);
}
