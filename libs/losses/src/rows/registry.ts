import type { ClassSamplingConfig } from '#contracts';
import type { ClassRows, ClassRowsOptions } from './class-rows.js';
import { RandomClasses } from '../sampling/random-classes.js';
import { NearestClasses } from '../sampling/nearest-classes.js';
import { DenseRows } from './dense-rows.js';
import { SampledRows } from './sampled-rows.js';

type Factories = {
  readonly [S in ClassSamplingConfig as S['name']]: (config: S, options: ClassRowsOptions) => ClassRows;
};

/** One entry per name in the catalog; the type holds both lists equal. */
export const CLASS_ROWS_FACTORIES: Factories = {
  none: (_, options) => new DenseRows(options),
  random: (sampling, options) => new SampledRows(options, () => new RandomClasses({ ...options, sampling })),
  nearest: (sampling, options) => new SampledRows(options, (centers) => new NearestClasses({ ...options, sampling, centers })),
};

export function createClassRows(config: ClassSamplingConfig, options: ClassRowsOptions): ClassRows {
  return (CLASS_ROWS_FACTORIES[config.name] as (config: ClassSamplingConfig, options: ClassRowsOptions) => ClassRows)(
    config,
    options,
  );
}
