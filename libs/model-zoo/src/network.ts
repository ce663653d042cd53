import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BatchStatistics, ParameterSpec, StatisticSpec } from './layer.js';
import { networkFactory } from './registry.js';

export interface NetworkOptions {
  readonly name: string;
  readonly embeddingSize: number;
  /** Pixels of the input; faces are 112 x 112. */
  readonly height: number;
  readonly width: number;
}

export type TensorsByName = Readonly<Record<string, Tensor>>;

export interface RunningStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * A backbone without state: parameters and running statistics are handed in, so that the trainer owns their memory and a
 * checkpoint is nothing but the lists below, in their order.
 */
export interface Network extends NetworkOptions {
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  readonly numParameters: number;
  /**
   * Embeddings B x D in train mode: batch norms use groups of `bnGroupSize` consecutive samples and report their statistics.
   * Differentiable; call it inside `vjp`.
   */
  train(parameters: TensorsByName, x_BHWC: Tensor4D, options: TrainOptions): Tensor2D;
  /** Embeddings B x D in eval mode: batch norms use the running statistics. Call it inside `tidy`. */
  embed(parameters: TensorsByName, statistics: Readonly<Record<string, RunningStatistics>>, x_BHWC: Tensor4D): Tensor2D;
}

export interface TrainOptions {
  readonly bnGroupSize: number;
  readonly onBatchStatistics?: (name: string, statistics: BatchStatistics) => void;
}

/** Builds a network of the catalog. @throws ArcFleetError `not_found`; RangeError if the input is too small for it. */
export function createNetwork(options: NetworkOptions): Network {
  const { name, embeddingSize, height, width } = options;
  const layer = networkFactory(name)(embeddingSize)({ height, width, channels: 3 });
  assertUnique([...layer.parameters, ...layer.statistics.map((statistic) => ({ name: `${statistic.name}/statistics` }))]);

  const lookUp = (tensors: TensorsByName) => (parameter: string) => {
    const tensor = tensors[parameter];
    if (!tensor) throw new RangeError(`Network ${name} was called without its parameter ${parameter}`);
    return tensor;
  };
  return {
    ...options,
    parameters: layer.parameters,
    statistics: layer.statistics,
    numParameters: layer.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    train: (parameters, x, { bnGroupSize, onBatchStatistics = () => undefined }) =>
      layer.forward(x, {
        mode: 'train',
        bnGroupSize,
        parameter: lookUp(parameters),
        statistic: () => {
          throw new RangeError('Running statistics are not read in train mode');
        },
        onBatchStatistics,
      }) as Tensor2D,
    embed: (parameters, statistics, x) =>
      layer.forward(x, {
        mode: 'eval',
        bnGroupSize: 0,
        parameter: lookUp(parameters),
        statistic: (batchNorm) => {
          const running = statistics[batchNorm];
          if (!running) throw new RangeError(`Network ${name} was called without the running statistics of ${batchNorm}`);
          return running;
        },
        onBatchStatistics: () => undefined,
      }) as Tensor2D,
  };
}

function assertUnique(items: readonly { name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of items) {
    if (names.has(name)) throw new RangeError(`Two parameters are called ${name}`);
    names.add(name);
  }
}
