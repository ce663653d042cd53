import { expect, it } from 'vitest';
import { expectClose, operand } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { clipByGlobalNorm, globalNorm } from './global-norm.js';
import { sgdMomentumUpdate } from './sgd-momentum.js';

eachEngine('optimizer ops', () => {
  it('sgdMomentumUpdate follows the float64 recurrence over steps and takes its tensors over', async () => {
    const options = { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 };
    const shape = [3, 7];
    const w = operand(shape, 1).values;
    const v = new Float64Array(w.length);
    let param = tf.tensor(Float32Array.from(w), shape);
    let velocity = tf.zeros(shape);
    for (let step = 0; step < 5; step++) {
      const g = operand(shape, 10 + step).values;
      const grad = tf.tensor(Float32Array.from(g), shape);
      ({ param, velocity } = sgdMomentumUpdate(param, velocity, grad, options));
      grad.dispose();
      for (let i = 0; i < w.length; i++) {
        v[i] = options.momentum * v[i]! - options.lr * (g[i]! + options.weightDecay * w[i]!);
        w[i]! += v[i]!;
      }
    }
    expectClose(await param.data(), w, 1e-6, 'param');
    expectClose(await velocity.data(), v, 1e-6, 'velocity');
    tf.dispose([param, velocity]);
  });

  it('sgdMomentumUpdate leaves a clone of the old parameter alone', async () => {
    const param = tf.tensor1d([1, 2, 3]);
    const clone = tf.clone(param);
    const grad = tf.ones([3]);
    const next = sgdMomentumUpdate(param, tf.zeros([3]), grad, { lr: 1, momentum: 0, weightDecay: 0 });
    expect([...(await clone.data())]).toEqual([1, 2, 3]);
    expect([...(await next.param.data())]).toEqual([0, 1, 2]);
    tf.dispose([clone, grad, next]);
  });

  it('clips by the norm over all tensors, and only downwards', async () => {
    const a = tf.tensor1d([3, 0]);
    const b = tf.tensor2d([[4]]);
    const norm = globalNorm([a, b]);
    expect((await norm.data())[0]).toBeCloseTo(5, 5);
    const half = clipByGlobalNorm([a, b], 2.5);
    expectClose([...(await half.clipped[0]!.data()), ...(await half.clipped[1]!.data())], [1.5, 0, 2], 1e-6, 'clipped');
    const same = clipByGlobalNorm([a, b], 10);
    expect([...(await same.clipped[0]!.data())]).toEqual([3, 0]);
    tf.dispose([a, b, norm, half.clipped, half.norm, same.clipped, same.norm]);
  });
});
