import { ArcFleetError, type ClassSamplingConfig } from '#contracts';
import type { ClassRows, ClassRowsOptions } from './class-rows.js';
import { DenseRows } from './dense-rows.js';

type Factories = {
  readonly [S in ClassSamplingConfig as S['name']]: (config: S, options: ClassRowsOptions) => ClassRows;
};

const notYet = ({ name }: ClassSamplingConfig): never => {
  throw new ArcFleetError('config_invalid', `The class sampling ${name} is not there yet`);
};

/** One entry per name in the catalog; the type holds both lists equal. */
export const CLASS_ROWS_FACTORIES: Factories = {
  none: (_, options) => new DenseRows(options),
  random: notYet,
  nearest: notYet,
};

export function createClassRows(config: ClassSamplingConfig, options: ClassRowsOptions): ClassRows {
  return (CLASS_ROWS_FACTORIES[config.name] as (config: ClassSamplingConfig, options: ClassRowsOptions) => ClassRows)(
    config,
    options,
  );
}
