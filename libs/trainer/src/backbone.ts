import type { Collective } from '#collective';
import { ArcFleetError, type RunConfig } from '#contracts';
import { tf, type Engine } from '#engine';
import { clipByGlobalNorm, createOptimizer, type NamedTensors, type Optimizer } from '#losses';
import { initialValues, type BatchStatistics, type Network, type RunningStatistics as NetworkStatistics } from '#model-zoo';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { gradientMemory, GradientBuckets, type SummedGradients } from './gradient-buckets.js';
import { MovingAverage } from './moving-average.js';
import { RunningStatistics } from './running-statistics.js';
import { statisticsTensors } from '#model-files';

export interface BackboneOptions {
  readonly network: Network;
  readonly config: RunConfig;
  readonly engine: Engine;
  readonly rank: number;
  readonly worldSize: number;
  readonly bucketBytes?: number;
}

/** Values of one tensor, row-major. */
export interface NamedValues {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

/** What one step wants of the backbone, the same on all ranks. */
export interface BackboneGradients extends SummedGradients {
  /** Of all local groups, by name of the batch norm. */
  readonly statistics: ReadonlyMap<string, BatchStatistics>;
}

/** Where stored values come from; each throws when there is no such tensor. */
export interface StoredBackbone {
  parameter(name: string): Float32Array;
  /** Of the optimizer. */
  slot(slot: string, name: string): Float32Array;
  /** Of all groups. */
  statistics(): Float32Array;
  average(name: string): Float32Array;
  averageStatistics(): Float32Array;
}

/**
 * The embedding network of one rank with all its state: parameters, optimizer, running statistics and, where the configuration
 * wants one, their moving average. Equal on all ranks, but for the running statistics of the rank's own groups.
 */
export class Backbone {
  readonly network: Network;
  readonly parameters: NamedTensors = {};
  /** null: frozen. */
  readonly optimizer: Optimizer | null;
  readonly statistics: RunningStatistics;
  readonly average: MovingAverage | null;
  private readonly numGroups: number;
  private readonly numLocalGroups: number;
  private frozen: Record<string, NetworkStatistics> | null = null;
  /** Of one step; allocated at the first. */
  private gradients: Float32Array | null = null;

  constructor(readonly options: BackboneOptions) {
    const { network, config, worldSize } = options;
    this.network = network;
    this.numGroups = config.batch.globalBatchSize / config.batch.bnGroupSize;
    this.numLocalGroups = this.numGroups / worldSize;
    for (const spec of network.parameters) {
      this.parameters[spec.name] = tf.tensor(initialValues(spec, config.seed), [...spec.shape]);
    }
    this.optimizer = config.network.frozen ? null : createOptimizer(config.optimizer);
    this.statistics = new RunningStatistics(network, this.numLocalGroups);
    const { emaDecay } = config.model;
    const hasAverage = emaDecay !== null && !config.network.frozen;
    this.average = hasAverage ? new MovingAverage(network, this.numLocalGroups, emaDecay, this.parameters) : null;
  }

  /** Parameters that are updated. */
  trainable(): NamedTensors {
    const trainable = this.network.parameters.filter((spec) => spec.isTrainable);
    return Object.fromEntries(trainable.map(({ name }) => [name, this.parameters[name]!]));
  }

  /** Embeddings in train mode, b x D, of samples from `firstSample` of the global batch on. Caller disposes; differentiable. */
  train(
    images_BHWC: Tensor4D,
    { step, firstSample }: { step: number; firstSample: number },
    onBatchStatistics: (name: string, statistics: BatchStatistics) => void,
  ): Tensor2D {
    const { batch, seed } = this.options.config;
    const options = { bnGroupSize: batch.bnGroupSize, dropoutKey: { seed, step, firstSample }, onBatchStatistics };
    return this.network.train(this.parameters, images_BHWC, options);
  }

  /** What verification and stored models use: the moving average where there is one. The tensors stay the backbone's. */
  evaluated(): { parameters: NamedTensors; statistics: RunningStatistics } {
    if (!this.average) return { parameters: this.parameters, statistics: this.statistics };
    return { parameters: { ...this.parameters, ...this.average.parameters }, statistics: this.average.statistics };
  }

  /** Statistics of a backbone that stands still, for eval mode; they stay the backbone's. */
  async frozenStatistics(): Promise<Record<string, NetworkStatistics>> {
    // Nothing has moved the groups apart: the first one speaks for all.
    this.frozen ??= statisticsTensors(this.network, await this.statistics.readFirstGroup(this.options.engine));
    return this.frozen;
  }

  openBuckets(collective: Collective): GradientBuckets {
    const { engine, bucketBytes, config } = this.options;
    this.gradients ??= gradientMemory(Object.values(this.trainable()).reduce((sum, { size }) => sum + size, 0));
    return new GradientBuckets(collective, engine, this.gradients, { bucketBytes, wire: config.communication.gradients });
  }

  /**
   * One update from gradients that are the same on all ranks, clipped first where the configuration says so; the running
   * statistics move by the same step, and the moving average follows.
   */
  apply(
    { gradients, norm, statistics }: BackboneGradients,
    { learningRate, step }: { learningRate: number; step: number },
  ): void {
    const { clipNorm } = this.options.config.optimizer;
    if (clipNorm !== null) clipByGlobalNorm([...gradients.values()], clipNorm, norm);
    // One after the other, so that the engine holds one gradient at a time.
    for (const [name, values] of gradients) {
      const gradient = tf.tensor(values.slice(), this.parameters[name]!.shape);
      this.optimizer?.apply(this.parameters, { [name]: gradient }, { learningRate, step });
      gradient.dispose();
    }
    this.statistics.update(statistics);
    this.average?.update(this.parameters, this.statistics, step);
  }

  /** Values of all parameters (or of others by their names) in the network's order. */
  readParameters(tensors: NamedTensors = this.parameters): Promise<NamedValues[]> {
    return this.readAll(tensors);
  }

  /** Optimizer state by slot, in the network's order; zeros where a parameter was never updated. */
  async readOptimizerState(): Promise<(NamedValues & { slot: string })[]> {
    const all = [];
    for (const [slot, tensors] of Object.entries(this.optimizer?.state() ?? {})) {
      for (const one of await this.readAll(tensors)) all.push({ slot, ...one });
    }
    return all;
  }

  /** Replaces everything by stored values. @throws ArcFleetError `checkpoint_mismatch` for a wrong number of values. */
  load(stored: StoredBackbone): void {
    const parameters: NamedTensors = {};
    const averages: NamedTensors = {};
    const state = Object.fromEntries((this.optimizer?.slots ?? []).map((slot): [string, NamedTensors] => [slot, {}]));
    try {
      for (const { name, shape, isTrainable } of this.network.parameters) {
        parameters[name] = storedTensor(name, stored.parameter(name), shape);
        if (!isTrainable) continue;
        for (const [slot, tensors] of Object.entries(state)) {
          tensors[name] = storedTensor(`${slot} of ${name}`, stored.slot(slot, name), shape);
        }
        if (this.average) averages[name] = storedTensor(`average of ${name}`, stored.average(name), shape);
      }
      const firstGroup = this.options.rank * this.numLocalGroups;
      this.statistics.load(stored.statistics(), firstGroup, this.numGroups);
      this.average?.statistics.load(stored.averageStatistics(), firstGroup, this.numGroups);
    } catch (error) {
      tf.dispose([parameters, averages, state]);
      throw error;
    }
    // All of it fits: only now the old values go.
    tf.dispose(Object.values(this.parameters));
    Object.assign(this.parameters, parameters);
    if (this.average) {
      tf.dispose(Object.values(this.average.parameters));
      Object.assign(this.average.parameters, averages);
    }
    this.optimizer?.loadState(state);
    this.forgetFrozen();
  }

  /**
   * Starts from a stored model: parameters by name, and merged running statistics. There is no optimizer state to go on from.
   *
   * @throws ArcFleetError `checkpoint_mismatch` for a wrong number of values.
   */
  startFrom({ parameters, statistics }: { parameters: ReadonlyMap<string, Float32Array>; statistics: Float32Array }): void {
    this.statistics.loadMerged(statistics);
    this.average?.statistics.loadMerged(statistics);
    for (const { name, shape } of this.network.parameters) {
      const next = storedTensor(name, parameters.get(name) ?? new Float32Array(), shape);
      tf.dispose(this.parameters[name]!);
      this.parameters[name] = next;
      if (!this.average?.parameters[name]) continue;
      this.average.parameters[name].dispose();
      this.average.parameters[name] = tf.clone(next);
    }
    this.forgetFrozen();
  }

  dispose(): void {
    tf.dispose(Object.values(this.parameters));
    this.optimizer?.dispose();
    this.statistics.dispose();
    this.average?.dispose();
    this.forgetFrozen();
  }

  private forgetFrozen(): void {
    tf.dispose(Object.values(this.frozen ?? {}).flatMap(({ mean, variance }) => [mean, variance]));
    this.frozen = null;
  }

  private async readAll(tensors: NamedTensors): Promise<NamedValues[]> {
    const result: NamedValues[] = [];
    for (const { name, shape } of this.network.parameters) {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const tensor = tensors[name];
      if (tensor) await this.options.engine.readInto(tensor, values);
      result.push({ name, shape: [...shape], values });
    }
    return result;
  }
}

function storedTensor(name: string, values: Float32Array, shape: readonly number[]) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (values.length !== size) {
    throw new ArcFleetError('checkpoint_mismatch', `The checkpoint has ${values.length} values for ${name}, not ${size}`, {
      name,
    });
  }
  return tf.tensor(values, [...shape]);
}
