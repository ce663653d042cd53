import { movingAverageUpdate, tf } from '#engine';
import type { NamedTensors } from '#losses';
import type { Network } from '#model-zoo';
import { RunningStatistics } from './running-statistics.js';

/**
 * Exponential moving average of the backbone in float32: of its trainable parameters and, with the same decay, of its running
 * statistics, so that both stand for the same stretch of the run. While the run is young the decay is
 * (1 + step) / (10 + step), as TensorFlow's `ExponentialMovingAverage` has it: else the random start would stay for long.
 */
export class MovingAverage {
  readonly parameters: NamedTensors = {};
  readonly statistics: RunningStatistics;

  constructor(
    network: Network,
    numLocalGroups: number,
    private readonly decay: number,
    initial: NamedTensors,
  ) {
    this.statistics = new RunningStatistics(network, numLocalGroups);
    for (const { name, isTrainable } of network.parameters) {
      if (isTrainable) this.parameters[name] = tf.clone(initial[name]!);
    }
  }

  /** Moves by one step towards what update number `step` (from 1) has made. */
  update(parameters: NamedTensors, statistics: RunningStatistics, step: number): void {
    const decay = Math.min(this.decay, (1 + step) / (10 + step));
    for (const [name, average] of Object.entries(this.parameters)) {
      this.parameters[name] = movingAverageUpdate(average, parameters[name]!, decay);
    }
    this.statistics.follow(statistics, decay);
  }

  dispose(): void {
    tf.dispose(this.parameters);
    this.statistics.dispose();
  }
}
