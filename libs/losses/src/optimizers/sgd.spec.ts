import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, tf } from '#engine';
import { clipByGlobalNorm, globalNorm } from './clip.js';
import type { OptimizerState } from './optimizer.js';
import { createOptimizer } from './registry.js';

const config = { name: 'sgd' as const, learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, clipNorm: null };

const copyOf = (state: OptimizerState): OptimizerState =>
  Object.fromEntries(
    Object.entries(state).map(([slot, tensors]) => [
      slot,
      Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()])),
    ]),
  );

describe('backbone optimizer', () => {
  beforeAll(async () => {
    await startEngine('cpu', { threads: 1 });
  });

  it('updates like MXNet, keeps its state across a save, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    let optimizer = createOptimizer(config);
    const parameters: Record<string, ReturnType<typeof tf.tensor>> = { a: tf.tensor([1, -2]), frozen: tf.tensor([5]) };
    let [w, v] = [
      [1, -2],
      [0, 0],
    ];
    for (const [step, learningRate] of [0.1, 0.1, 0.01].entries()) {
      const gradient = [step + 1, 2];
      const gradients = { a: tf.tensor(gradient) };
      optimizer.apply(parameters, gradients, { learningRate, step: step + 1 });
      tf.dispose(gradients);
      v = v.map((value, at) => 0.9 * value - learningRate * (gradient[at]! + 0.01 * w[at]!));
      w = w.map((value, at) => value + v[at]!);
      [...parameters.a!.dataSync()].forEach((value, at) => expect(value).toBeCloseTo(w[at]!, 6));
      const restored = createOptimizer(config);
      restored.loadState(copyOf(optimizer.state()));
      optimizer.dispose();
      optimizer = restored;
    }
    expect([...parameters.frozen!.dataSync()]).toEqual([5]);
    expect(() => optimizer.apply({}, { a: parameters.a! }, { learningRate: 1, step: 4 })).toThrow(/gradient for a/);
    optimizer.dispose();
    tf.dispose(parameters);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('clips by the norm over all gradients', () => {
    const gradients = [Float32Array.of(3, 0), Float32Array.of(0, 4)];
    expect(clipByGlobalNorm(gradients, 10)).toBe(5);
    expect(gradients.map((one) => [...one])).toEqual([
      [3, 0],
      [0, 4],
    ]);
    expect(clipByGlobalNorm(gradients, 1)).toBe(5);
    expect(globalNorm(gradients)).toBeCloseTo(1, 6);
    expect(globalNorm([Float32Array.of(NaN)])).toBeNaN();
  });
});
