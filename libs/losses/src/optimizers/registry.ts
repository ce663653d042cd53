import type { OptimizerConfig } from '#contracts';
import { AdamW } from './adamw.js';
import type { Optimizer } from './optimizer.js';
import { Sgd } from './sgd.js';

type Factories = { readonly [O in OptimizerConfig as O['name']]: (config: O) => Optimizer };

/** One entry per name in the catalog; the type holds both lists equal. */
export const OPTIMIZER_FACTORIES: Factories = {
  sgd: (config) => new Sgd(config),
  adamw: (config) => new AdamW(config),
};

/** The backbone's optimizer; the head has its own, with the same settings. */
export function createOptimizer(config: OptimizerConfig): Optimizer {
  return (OPTIMIZER_FACTORIES[config.name] as (config: OptimizerConfig) => Optimizer)(config);
}
