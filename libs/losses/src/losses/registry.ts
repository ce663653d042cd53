import { ArcFleetError, type LossConfig, type SoftmaxLossConfig } from '#contracts';
import { arcface } from './arcface.js';
import type { MarginLoss } from './margin-loss.js';

type Factories = { readonly [L in SoftmaxLossConfig as L['name']]: (config: L) => MarginLoss };

const notYet = ({ name }: LossConfig): never => {
  throw new ArcFleetError('config_invalid', `The loss ${name} is not there yet`);
};

/** One entry per name in the catalog; the type holds both lists equal. */
export const LOSS_FACTORIES: Factories = { arcface, cosface: notYet, combined: notYet, nsoftmax: notYet, softmax: notYet };

export function createLoss(config: SoftmaxLossConfig): MarginLoss {
  return (LOSS_FACTORIES[config.name] as (config: SoftmaxLossConfig) => MarginLoss)(config);
}
