import type { Collective } from '#collective';
import { ArcFleetError } from '#contracts';
import { tf, type Engine } from '#engine';
import type { BatchStatistics, Network, RunningStatistics as NetworkStatistics } from '#model-zoo';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** running = 0.9 running + 0.1 batch (insightface.md 4.1). */
const MOMENTUM = 0.9;

/**
 * Running statistics of all batch norms. Every group of samples keeps its own moving average, in one tensor (row: group; columns:
 * mean and variance of each batch norm in the network's order). They are merged over all groups of the global batch, in global
 * group order, only when somebody needs them: since the average is linear, that equals moving the average of the groups once a
 * step, and it does not depend on how many ranks hold the groups.
 */
export class RunningStatistics {
  private running_GS: Tensor2D;
  private readonly numColumns: number;

  constructor(
    private readonly network: Network,
    private readonly numLocalGroups: number,
    merged?: Float32Array,
  ) {
    this.numColumns = network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0);
    this.running_GS = this.spread(merged ?? this.initial());
  }

  /** Moves the averages by one step. Takes a network's batch statistics; they stay the caller's. */
  update(batch: ReadonlyMap<string, BatchStatistics>): void {
    const next = tf.tidy(() => {
      const columns = this.network.statistics.flatMap(({ name }) => {
        const statistics = batch.get(name);
        if (!statistics) throw new ArcFleetError('internal', `The forward pass gave no statistics for ${name}`);
        return [statistics.mean_GC, statistics.variance_GC];
      });
      const batch_GS = tf.concat(columns, 1);
      return tf.add(tf.mul(this.running_GS, MOMENTUM), tf.mul(batch_GS, 1 - MOMENTUM)) as Tensor2D;
    });
    this.running_GS.dispose();
    this.running_GS = next;
  }

  /**
   * Merges over all groups of all ranks and makes the result every group's state, so that a run which stops here and one which
   * goes on continue from the same numbers. Returns the merged values: identical on all ranks.
   */
  async merge(collective: Collective, engine: Engine): Promise<Float32Array> {
    const own = new Float32Array(this.numLocalGroups * this.numColumns);
    await engine.readInto(this.running_GS, own);
    const gathered = await collective.allGather({
      dtype: 'float32',
      shape: [this.numLocalGroups, this.numColumns],
      data: own,
    });
    const sums = new Float64Array(this.numColumns);
    let numGroups = 0;
    for (const { data } of gathered) {
      const groups = data as Float32Array;
      for (let start = 0; start < groups.length; start += this.numColumns, numGroups++) {
        for (let column = 0; column < this.numColumns; column++) sums[column]! += groups[start + column]!;
      }
    }
    const merged = Float32Array.from(sums, (sum) => sum / numGroups);
    this.running_GS.dispose();
    this.running_GS = this.spread(merged);
    return merged;
  }

  dispose(): void {
    this.running_GS.dispose();
  }

  private initial(): Float32Array {
    const values: number[] = [];
    for (const { channels } of this.network.statistics) {
      values.push(...new Array<number>(channels).fill(0), ...new Array<number>(channels).fill(1));
    }
    return Float32Array.from(values);
  }

  private spread(merged: Float32Array): Tensor2D {
    if (merged.length !== this.numColumns) {
      throw new ArcFleetError('checkpoint_mismatch', `Expected ${this.numColumns} running statistics, got ${merged.length}`);
    }
    return tf.tidy(() => tf.tile(tf.tensor2d(merged, [1, this.numColumns]), [this.numLocalGroups, 1]));
  }
}

/** Merged statistics by name, as the checkpoint and the model file store them. */
export function statisticsByName(network: Network, merged: Float32Array): { name: string; values: Float32Array }[] {
  const result: { name: string; values: Float32Array }[] = [];
  let start = 0;
  for (const { name, channels } of network.statistics) {
    result.push({ name: `${name}_moving_mean`, values: merged.subarray(start, start + channels) });
    result.push({ name: `${name}_moving_var`, values: merged.subarray(start + channels, start + 2 * channels) });
    start += 2 * channels;
  }
  return result;
}

/** Merged statistics as the tensors that `network.embed` takes; the caller disposes of them. */
export function statisticsTensors(network: Network, merged: Float32Array): Record<string, NetworkStatistics> {
  const result: Record<string, NetworkStatistics> = {};
  let start = 0;
  for (const { name, channels } of network.statistics) {
    result[name] = {
      mean: tf.tensor1d(merged.slice(start, start + channels)),
      variance: tf.tensor1d(merged.slice(start + channels, start + 2 * channels)),
    };
    start += 2 * channels;
  }
  return result;
}
