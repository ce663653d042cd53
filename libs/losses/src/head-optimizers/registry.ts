import type { OptimizerConfig } from '#contracts';
import { headAdamW } from './adamw.js';
import type { HeadOptimizer } from './head-optimizer.js';
import { headSgd } from './sgd.js';

type Factories = { readonly [O in OptimizerConfig as O['name']]: (config: O) => HeadOptimizer };

/** One entry per name in the catalog; the type holds both lists equal. */
export const HEAD_OPTIMIZER_FACTORIES: Factories = { sgd: headSgd, adamw: headAdamW };

export function createHeadOptimizer(config: OptimizerConfig): HeadOptimizer {
  return (HEAD_OPTIMIZER_FACTORIES[config.name] as (config: OptimizerConfig) => HeadOptimizer)(config);
}
