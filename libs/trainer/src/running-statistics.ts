import type { Collective } from '#collective';
import { ArcFleetError } from '#contracts';
import { movingAverageUpdate, tf, type Engine } from '#engine';
import type { BatchStatistics, Network } from '#model-zoo';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** running = 0.9 running + 0.1 batch (insightface.md 4.1). */
const MOMENTUM = 0.9;

/**
 * Running statistics of all batch norms. Every group of samples keeps its own moving average, in one tensor (row: group; columns:
 * mean and variance of each batch norm in the network's order). They are merged over all groups of the global batch, in global
 * group order, only for somebody who needs them: since the average is linear, that equals moving the average of the groups once
 * a step. Merging changes nothing here, and a checkpoint holds every group's row: so neither a verification nor a restart, at
 * whatever number of ranks, leaves a trace.
 */
export class RunningStatistics {
  /** Values of one group: mean and variance of every batch norm. */
  readonly numColumns: number;
  private running_GS: Tensor2D;

  constructor(
    private readonly network: Network,
    private readonly numLocalGroups: number,
  ) {
    this.numColumns = network.statistics.reduce((sum, { channels }) => sum + 2 * channels, 0);
    this.running_GS = this.spread(this.initial());
  }

  /** Moves the averages by one step. Takes the batch statistics of all local groups; they stay the caller's. */
  update(batch: ReadonlyMap<string, BatchStatistics>): void {
    const batch_GS = tf.tidy(() => {
      const columns = this.network.statistics.flatMap(({ name }) => {
        const statistics = batch.get(name);
        if (!statistics) throw new ArcFleetError('internal', `The forward pass gave no statistics for ${name}`);
        return [statistics.mean_GC, statistics.variance_GC];
      });
      return tf.concat(columns, 1);
    });
    this.running_GS = movingAverageUpdate(this.running_GS, batch_GS, MOMENTUM);
    batch_GS.dispose();
  }

  /** Moves by one step towards other statistics of the same groups. */
  follow(other: RunningStatistics, decay: number): void {
    this.running_GS = movingAverageUpdate(this.running_GS, other.running_GS, decay);
  }

  /** Every group's statistics in global group order, groups x columns: identical on all ranks. */
  async gather(collective: Collective, engine: Engine): Promise<Float32Array> {
    const own = new Float32Array(this.numLocalGroups * this.numColumns);
    await engine.readInto(this.running_GS, own);
    const shape = [this.numLocalGroups, this.numColumns];
    const gathered = await collective.allGather({ dtype: 'float32', shape, data: own });
    const all = new Float32Array(gathered.length * own.length);
    for (const [rank, { data }] of gathered.entries()) all.set(data as Float32Array, rank * own.length);
    return all;
  }

  /** Mean over all groups of all ranks: identical on all ranks, and at any number of them. */
  async merge(collective: Collective, engine: Engine): Promise<Float32Array> {
    return this.mergeGroups(await this.gather(collective, engine));
  }

  /** Statistics of the first local group. */
  async readFirstGroup(engine: Engine): Promise<Float32Array> {
    const first = tf.slice(this.running_GS, 0, 1);
    try {
      const values = new Float32Array(this.numColumns);
      await engine.readInto(first, values);
      return values;
    } finally {
      first.dispose();
    }
  }

  /** What {@link merge} gives, from what {@link gather} gave. */
  mergeGroups(groups: Float32Array): Float32Array {
    const sums = new Float64Array(this.numColumns);
    for (let start = 0; start < groups.length; start += this.numColumns) {
      for (let column = 0; column < this.numColumns; column++) sums[column]! += groups[start + column]!;
    }
    return Float32Array.from(sums, (sum) => (sum * this.numColumns) / groups.length);
  }

  /** Takes over the rows of its groups among all groups'. @throws ArcFleetError `checkpoint_mismatch` for another number of them. */
  load(groups: Float32Array, firstGroup: number, numGroups: number): void {
    if (groups.length !== numGroups * this.numColumns) {
      throw new ArcFleetError(
        'checkpoint_mismatch',
        `The checkpoint has ${groups.length} running statistics, not ${numGroups} groups of ${this.numColumns}`,
      );
    }
    const start = firstGroup * this.numColumns;
    const rows = groups.slice(start, start + this.numLocalGroups * this.numColumns);
    this.running_GS.dispose();
    this.running_GS = tf.tensor2d(rows, [this.numLocalGroups, this.numColumns]);
  }

  /** Gives every group the same statistics, those of a stored model. @throws ArcFleetError `checkpoint_mismatch` */
  loadMerged(merged: Float32Array): void {
    const next = this.spread(merged);
    this.running_GS.dispose();
    this.running_GS = next;
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
