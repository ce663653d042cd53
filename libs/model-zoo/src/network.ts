import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { NetworkName } from '#contracts';
import { GraphBuilder, type GraphNode } from './graph.js';
import type { BatchStatistics, DropoutKey, ParameterSpec, StatisticSpec } from './layer.js';
import { resolveNetworkOptions, type NetworkOptions, type ResolvedNetworkOptions } from './network-options.js';
import { sizeOf } from './parameters.js';
import { NETWORK_FACTORIES } from './registry.js';

export type { NetworkOptions } from './network-options.js';

export type TensorsByName = Readonly<Record<string, Tensor>>;

export interface RunningStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * A backbone without state: parameters and running statistics are handed in, so that the trainer owns their memory and a
 * checkpoint is nothing but the lists below, in their order.
 */
export interface Network extends ResolvedNetworkOptions {
  /** Values of an embedding: what was asked for, or with output `Z` the size of the last feature map. */
  readonly embeddingSize: number;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticSpec[];
  readonly numParameters: number;
  /** Operations for one image, forward, in InsightFace's count (insightface.md 4.5). */
  readonly flops: number;
  /** The computation as a list of nodes, each after its inputs, the embedding last: what exporters walk. */
  graph(): GraphNode[];
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
  /** Needed where the network has dropout; networks without it do not look at it. */
  readonly dropoutKey?: DropoutKey;
  readonly onBatchStatistics?: (name: string, statistics: BatchStatistics) => void;
}

/**
 * Builds a network of the catalog.
 *
 * @throws ArcFleetError `not_found`, `validation_failed` for an option that it lacks; RangeError if the input is too small for it.
 */
export function createNetwork(options: NetworkOptions): Network {
  const resolved = resolveNetworkOptions(options);
  const { name, height, width } = resolved;
  const layer = NETWORK_FACTORIES[name as NetworkName](resolved)({ height, width, channels: 3 });
  assertUnique([...layer.parameters, ...layer.statistics.map((statistic) => ({ name: `${statistic.name}/statistics` }))]);

  const lookUp = (tensors: TensorsByName) => (parameter: string) => {
    const tensor = tensors[parameter];
    if (!tensor) throw new RangeError(`Network ${name} was called without its parameter ${parameter}`);
    return tensor;
  };
  return {
    ...resolved,
    embeddingSize: layer.output.channels,
    parameters: layer.parameters,
    statistics: layer.statistics,
    numParameters: layer.parameters.reduce((sum, spec) => sum + sizeOf(spec), 0),
    flops: layer.flops,
    graph: () => {
      const graph = new GraphBuilder();
      layer.draw(graph, graph.add({ kind: 'input' }, [], { height, width, channels: 3 }, 'data'));
      return graph.nodes;
    },
    train: (parameters, x, { bnGroupSize, dropoutKey = null, onBatchStatistics = () => undefined }) =>
      layer.forward(x, {
        mode: 'train',
        bnGroupSize,
        dropoutKey,
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
        dropoutKey: null,
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
