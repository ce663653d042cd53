import { beforeAll, describe, expect, it } from 'vitest';
import { engineFolder, engineStatuses, startEngine, tf } from '#engine';
import type { NamedTensors } from './optimizer.js';
import { createOptimizer } from './registry.js';

const folder = engineFolder(process.env);
const engines = (await engineStatuses({ folder })).filter(({ available }) => available);

const config = {
  ...{ name: 'adamw' as const, learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: null },
};

describe.each(engines)('AdamW on $name', ({ name: engine }) => {
  beforeAll(async () => {
    await startEngine(engine, { threads: 1, folder });
  });

  it('keeps two slots per parameter, goes on from a save at any step with the same bits, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const gradientsAt = (step: number): NamedTensors => ({ a: tf.tensor([step, -2]), b: tf.tensor([[0.5 / step]]) });
    const start = (): NamedTensors => ({ a: tf.tensor([1, -2]), b: tf.tensor([[3]]) });
    const advance = (optimizer: ReturnType<typeof createOptimizer>, parameters: NamedTensors, step: number) => {
      const gradients = gradientsAt(step);
      optimizer.apply(parameters, gradients, { learningRate: 0.01, step });
      tf.dispose(gradients);
    };
    const [whole, stopped] = [createOptimizer(config), createOptimizer(config)];
    const [parameters, same] = [start(), start()];
    for (let step = 1; step <= 4; step++) advance(whole, parameters, step);
    for (let step = 1; step <= 2; step++) advance(stopped, same, step);
    expect(stopped.slots).toEqual(['moment1', 'moment2']);
    const resumed = createOptimizer(config);
    const copies = Object.entries(stopped.state()).map(([slot, tensors]): [string, NamedTensors] => [
      slot,
      Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.tensor(tensor.dataSync(), tensor.shape)])),
    ]);
    resumed.loadState(Object.fromEntries(copies));
    stopped.dispose();
    for (let step = 3; step <= 4; step++) advance(resumed, same, step);
    for (const name of ['a', 'b']) expect(same[name]!.dataSync()).toEqual(parameters[name]!.dataSync());
    tf.dispose([parameters, same]);
    whole.dispose();
    resumed.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
