import { expect, it } from 'vitest';
import { expectClose, operand } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { clipByGlobalNorm, globalNorm } from './global-norm.js';
import { adamwUpdate } from './adamw.js';
import { movingAverageUpdate } from './moving-average.js';
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

  it('adamwUpdate follows the float64 recurrence of the paper over steps and takes its tensors over', async () => {
    const { lr, beta1, beta2, epsilon, weightDecay } = { lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
    const shape = [3, 7];
    const w = operand(shape, 1).values;
    const m1 = new Float64Array(w.length);
    const m2 = new Float64Array(w.length);
    let [param, moment1, moment2] = [tf.tensor(Float32Array.from(w), shape), tf.zeros(shape), tf.zeros(shape)];
    for (let step = 1; step <= 5; step++) {
      const g = operand(shape, 10 + step).values;
      // Elements without a gradient must not divide by zero.
      g[0] = 0;
      const grad = tf.tensor(Float32Array.from(g), shape);
      ({ param, moment1, moment2 } = adamwUpdate(param, moment1, moment2, grad, {
        ...{ lr, beta1, beta2, epsilon, weightDecay, step },
      }));
      grad.dispose();
      for (let i = 0; i < w.length; i++) {
        m1[i] = beta1 * m1[i]! + (1 - beta1) * g[i]!;
        m2[i] = beta2 * m2[i]! + (1 - beta2) * g[i]! ** 2;
        const corrected = m1[i]! / (1 - beta1 ** step) / (Math.sqrt(m2[i]! / (1 - beta2 ** step)) + epsilon);
        w[i] = w[i]! - lr * (corrected + weightDecay * w[i]!);
      }
    }
    expectClose(await param.data(), w, 1e-6, 'param');
    expectClose(await moment1.data(), m1, 1e-6, 'moment1');
    expectClose(await moment2.data(), m2, 1e-6, 'moment2');
    tf.dispose([param, moment1, moment2]);
  });

  it('adamwUpdate leaves a clone of the old parameter alone', async () => {
    const param = tf.tensor1d([1, 2, 3]);
    const clone = tf.clone(param);
    const grad = tf.ones([3]);
    const next = adamwUpdate(param, tf.zeros([3]), tf.zeros([3]), grad, {
      ...{ lr: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: 1 },
    });
    expect([...(await clone.data())]).toEqual([1, 2, 3]);
    expectClose(await next.param.data(), [0, 1, 2], 1e-6, 'param');
    tf.dispose([clone, grad, next]);
  });

  it('movingAverageUpdate takes the average over, leaves value and clones alone', async () => {
    const average = tf.tensor1d([1, 2, 3, 4, 5]);
    const clone = tf.clone(average);
    const value = tf.tensor1d([2, 0, 3, -4, 5]);
    const first = movingAverageUpdate(average, value, 0.75);
    expectClose(await first.data(), [1.25, 1.5, 3, 2, 5], 1e-7, 'first');
    expect([...(await clone.data())]).toEqual([1, 2, 3, 4, 5]);
    const second = movingAverageUpdate(first, value, 0.5);
    expectClose(await second.data(), [1.625, 0.75, 3, -1, 5], 1e-7, 'second');
    expect([...(await value.data())]).toEqual([2, 0, 3, -4, 5]);
    tf.dispose([clone, value, second]);
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
