import { expect, it } from 'vitest';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { l2NormalizeRows } from './l2-normalize-rows.js';

const reference = ({ x }: Operands) => {
  const width = x!.shape[1]!;
  const norm = (row: number) => Math.sqrt(x!.values.subarray(row * width, (row + 1) * width).reduce((s, v) => s + v * v, 1e-10));
  return x!.values.map((value, i) => value / norm(Math.floor(i / width)));
};

eachEngine('l2NormalizeRows', () => {
  it('gives rows of unit length', async () => {
    await checkOp(({ x }) => l2NormalizeRows(x as Tensor2D), reference, { x: operand([5, 9], 1) });
  });

  it('leaves a row of zeros at zero', async () => {
    const x = tf.zeros([1, 4]) as Tensor2D;
    const y = l2NormalizeRows(x);
    expect([...(await y.data())]).toEqual([0, 0, 0, 0]);
    tf.dispose([x, y]);
  });
});
