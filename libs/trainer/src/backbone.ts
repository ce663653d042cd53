import type { Collective } from '#collective';
import { ArcFleetError, type RunConfig } from '#contracts';
import { tf, vjp, type Engine } from '#engine';
import { clipByGlobalNorm, createOptimizer, type NamedTensors, type Optimizer, type UpdateOptions } from '#losses';
import { initialValues, type BatchStatistics, type Network } from '#model-zoo';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { GradientBuckets } from './gradient-buckets.js';
import { RunningStatistics } from './running-statistics.js';

export interface BackboneOptions {
  readonly network: Network;
  readonly config: RunConfig;
  readonly engine: Engine;
  readonly localBatchSize: number;
  readonly bucketBytes?: number;
}

/** One forward pass of a local batch that waits for its backward pass. */
export interface BackboneForward {
  /** b x D. */
  readonly features: Tensor2D;
  /** Pulls the features' gradient (b x D) back and sums over ranks while doing so. Call once. */
  pullback(dFeatures: Float32Array, collective: Collective, step: number): Promise<ReadonlyMap<string, Float32Array>>;
  /** Moves the running statistics by this batch. */
  updateStatistics(): void;
  dispose(): void;
}

/** The embedding network of one rank with its parameters, optimizer state and running statistics: equal on all ranks. */
export class Backbone {
  readonly network: Network;
  readonly parameters: NamedTensors = {};
  readonly optimizer: Optimizer;
  statistics: RunningStatistics;

  constructor(private readonly options: BackboneOptions) {
    const { network, config, localBatchSize } = options;
    this.network = network;
    for (const spec of network.parameters) {
      this.parameters[spec.name] = tf.tensor(initialValues(spec, config.seed), [...spec.shape]);
    }
    this.optimizer = createOptimizer(config.optimizer);
    this.statistics = new RunningStatistics(network, localBatchSize / config.batch.bnGroupSize);
  }

  forward(images_BHWC: Tensor4D): BackboneForward {
    const { network, options } = this;
    const { bnGroupSize } = options.config.batch;
    const trainable = network.parameters.filter((spec) => spec.isTrainable);
    const xs = Object.fromEntries(trainable.map(({ name }) => [name, this.parameters[name]!]));
    const recorded = vjp<NamedTensors>(() => {
      const aux: NamedTensors = {};
      const value = network.train(this.parameters, images_BHWC, {
        bnGroupSize,
        onBatchStatistics: (name, { mean_GC, variance_GC }) => {
          aux[`${name}/mean`] = mean_GC;
          aux[`${name}/variance`] = variance_GC;
        },
      });
      return { value, aux };
    }, xs);
    return {
      features: recorded.value as Tensor2D,
      pullback: async (dFeatures, collective, step) => {
        const buckets = new GradientBuckets(collective, options.engine, options.bucketBytes);
        const dy = tf.tensor(dFeatures, recorded.value.shape);
        try {
          recorded.pullback(dy, (name, gradient) => buckets.add(name, gradient));
        } finally {
          dy.dispose();
        }
        const { gradients, norm, isOwnFinite } = await buckets.finish();
        if (!Number.isFinite(norm)) await failNonFinite(collective, step, isOwnFinite);
        return gradients;
      },
      updateStatistics: () => {
        const batch = new Map<string, BatchStatistics>();
        for (const { name } of network.statistics) {
          batch.set(name, {
            mean_GC: recorded.aux[`${name}/mean`] as Tensor2D,
            variance_GC: recorded.aux[`${name}/variance`] as Tensor2D,
          });
        }
        this.statistics.update(batch);
      },
      dispose: () => recorded.dispose(),
    };
  }

  /** One optimizer update from gradients that are the same on all ranks; clips them first where the configuration says so. */
  apply(gradients: ReadonlyMap<string, Float32Array>, options: UpdateOptions): void {
    const { clipNorm } = this.options.config.optimizer;
    if (clipNorm !== null) clipByGlobalNorm([...gradients.values()], clipNorm);
    const tensors: NamedTensors = {};
    for (const [name, values] of gradients) tensors[name] = tf.tensor(values.slice(), this.parameters[name]!.shape);
    this.optimizer.apply(this.parameters, tensors, options);
    tf.dispose(Object.values(tensors));
  }

  /** Values of all parameters in the network's order. */
  async readParameters(): Promise<{ name: string; shape: number[]; values: Float32Array }[]> {
    return this.readAll(this.parameters);
  }

  /** Optimizer state by slot, in the network's order; zeros where a parameter was never updated. */
  async readOptimizerState(): Promise<{ slot: string; name: string; shape: number[]; values: Float32Array }[]> {
    const all = [];
    for (const [slot, tensors] of Object.entries(this.optimizer.state())) {
      for (const one of await this.readAll(tensors)) all.push({ slot, ...one });
    }
    return all;
  }

  /** Replaces everything by stored values. @throws ArcFleetError `checkpoint_mismatch` for a wrong number of values. */
  load(read: {
    parameter(name: string): Float32Array;
    slot(slot: string, name: string): Float32Array;
    statistics: Float32Array;
  }): void {
    const { localBatchSize, config } = this.options;
    const parameters: NamedTensors = {};
    const state = Object.fromEntries(this.optimizer.slots.map((slot): [string, NamedTensors] => [slot, {}]));
    let statistics: RunningStatistics;
    try {
      for (const { name, shape, isTrainable } of this.network.parameters) {
        parameters[name] = storedTensor(name, read.parameter(name), shape);
        if (!isTrainable) continue;
        for (const [slot, tensors] of Object.entries(state)) {
          tensors[name] = storedTensor(`${slot} of ${name}`, read.slot(slot, name), shape);
        }
      }
      statistics = new RunningStatistics(this.network, localBatchSize / config.batch.bnGroupSize, read.statistics);
    } catch (error) {
      tf.dispose([parameters, state]);
      throw error;
    }
    // All of it fits: only now the old values go.
    tf.dispose(Object.values(this.parameters));
    Object.assign(this.parameters, parameters);
    this.optimizer.loadState(state);
    this.statistics.dispose();
    this.statistics = statistics;
  }

  dispose(): void {
    tf.dispose(Object.values(this.parameters));
    this.optimizer.dispose();
    this.statistics.dispose();
  }

  private async readAll(tensors: NamedTensors): Promise<{ name: string; shape: number[]; values: Float32Array }[]> {
    const result: { name: string; shape: number[]; values: Float32Array }[] = [];
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

/** Every rank sees the same sum, so all come here together and can agree on who started it. */
async function failNonFinite(collective: Collective, step: number, isOwnFinite: boolean): Promise<never> {
  const flags = await collective.allGather({ dtype: 'int32', shape: [1], data: Int32Array.of(isOwnFinite ? 0 : 1) });
  const ranks = flags.flatMap(({ data }, rank) => (data[0] === 1 ? [rank] : []));
  const where = ranks.length > 0 ? `of rank ${ranks.join(', ')}` : 'summed over all ranks';
  throw new ArcFleetError(
    'non_finite',
    `Step ${step}: the backbone's gradient ${where} is not finite; try a lower learning rate`,
    { step, rank: ranks[0] ?? null, ranks },
  );
}
