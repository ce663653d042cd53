import { expect, it } from 'vitest';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { eachEngine } from './testing/each-engine.js';
import { tf } from './tf.js';
import { vjp } from './vjp.js';

const setTimeoutTick = () => new Promise((resolve) => setImmediate(resolve));

eachEngine('vjp', () => {
  const make = () => ({ w1: tf.randomNormal([3, 4], 0, 1, 'float32', 1), w2: tf.randomNormal([4, 2], 0, 1, 'float32', 2) });
  const network = (x: Tensor2D, w: ReturnType<typeof make>) => {
    const h = tf.relu(tf.matMul(x, w.w1));
    tf.square(h); // off the path: its saved tensors must be released
    return tf.add(tf.matMul(h, w.w2), tf.sum(w.w1)); // w1 is used twice
  };

  it('equals tf.grads bit for bit, with other tensor work in between', async () => {
    const x = tf.randomNormal([5, 3], 0, 1, 'float32', 3) as Tensor2D;
    const w = make();
    const dy = tf.randomNormal([5, 2], 0, 1, 'float32', 4);
    const run = vjp(() => network(x, w), w);
    await setTimeoutTick();
    tf.dispose(tf.grad((z) => tf.square(z))(x)); // another gradient between forward and backward
    await setTimeoutTick();
    const order: string[] = [];
    const gradients = run.pullback(dy, (name) => order.push(name));
    const [g1, g2] = tf.grads((w1, w2) => network(x, { w1, w2 } as never))([w.w1, w.w2], dy);
    expect(order).toEqual(['w2', 'w1']);
    expect(await gradients.w1!.data()).toEqual(await g1!.data());
    expect(await gradients.w2!.data()).toEqual(await g2!.data());
    run.dispose();
    tf.dispose([x, w, dy, gradients, g1!, g2!]);
  });

  it('frees everything when the backward pass never runs', () => {
    const x = tf.ones([5, 3]) as Tensor2D;
    const w = make();
    const run = vjp(() => network(x, w), w);
    run.dispose();
    run.dispose();
    expect(() => run.pullback(x)).toThrow('pullback runs once');
    tf.dispose([x, w]);
  });

  it('keeps aux values, gives zeros to an x off the path and leaves xs alone when the value is one of them', async () => {
    const w = { ...make(), unused: tf.ones([2]) };
    const run = vjp(() => ({ value: w.w1, aux: { sum: tf.sum(w.w1) } }), w);
    const dy = tf.ones([3, 4]);
    const gradients = run.pullback(dy);
    expect(run.aux.sum.shape).toEqual([]);
    expect(await gradients.w1!.data()).toEqual(await dy.data());
    expect([...(await gradients.unused!.data())]).toEqual([0, 0]);
    run.dispose();
    expect(w.w1.isDisposed).toBe(false);
    tf.dispose([w, dy, gradients]);
  });

  it('releases its tape when forward throws, and records again afterwards', () => {
    const w = make();
    const fail = () =>
      vjp(() => {
        tf.square(w.w1);
        throw new Error('no');
      }, w);
    expect(fail).toThrow('no');
    vjp(() => tf.square(w.w1), w).dispose();
    tf.dispose(w);
  });

  it('refuses a dy of another shape', () => {
    const w = make();
    const run = vjp(() => tf.square(w.w1), w);
    expect(() => run.pullback(w.w2)).toThrow('dy has shape');
    run.dispose();
    tf.dispose(w);
  });
});
