export { describeNetworks } from './describe-networks.js';
export type { NetworkDescription } from './describe-networks.js';
export type { BatchStatistics, DropoutKey, Initializer, ParameterSpec, StatisticSpec, WeightLayout } from './layer.js';
export { createNetwork } from './network.js';
export type { Network, NetworkOptions, RunningStatistics, TensorsByName, TrainOptions } from './network.js';
export { initialValues, sizeOf } from './parameters.js';
export { NETWORK_FACTORIES } from './registry.js';
export { torchNames } from './torch-names.js';
export { channelsFirstShape, fromChannelsFirst, toChannelsFirst } from './weight-layouts.js';
