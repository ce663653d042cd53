import type { OptimizerName, RunConfig } from '#contracts';
import type { Optimizer } from './optimizer.js';
import { Sgd } from './sgd.js';

/** One entry per name in the catalog; the type holds both lists equal. */
export const OPTIMIZER_FACTORIES: Readonly<Record<OptimizerName, (config: RunConfig['optimizer']) => Optimizer>> = {
  sgd: (config) => new Sgd(config),
};

/** The backbone's optimizer; the head has its own, with the same settings. */
export function createOptimizer(config: RunConfig['optimizer']): Optimizer {
  return OPTIMIZER_FACTORIES[config.name](config);
}
