export type { BatchStatistics, DropoutKey, Initializer, ParameterSpec, StatisticSpec } from './layer.js';
export { createNetwork } from './network.js';
export type { Network, NetworkOptions, RunningStatistics, TensorsByName, TrainOptions } from './network.js';
export { initialValues, sizeOf } from './parameters.js';
export { NETWORK_FACTORIES } from './registry.js';
