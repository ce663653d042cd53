import { it } from 'vitest';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { checkOp, expectClose, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { dense } from './dense.js';

const reference = ({ x, weight, bias }: Operands) => {
  const [inner, outer] = weight!.shape as [number, number];
  return Float64Array.from({ length: x!.shape[0]! * outer }, (_, at) => {
    let sum = bias?.values[at % outer] ?? 0;
    for (let k = 0; k < inner; k++)
      sum += x!.values[Math.floor(at / outer) * inner + k]! * weight!.values[k * outer + (at % outer)]!;
    return sum;
  });
};

const transposed = (transposeA: boolean, transposeB: boolean, [rows, inner, columns]: readonly [number, number, number]) => {
  return ({ a, b }: Operands) =>
    Float64Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += a!.values[transposeA ? k * rows + i : i * inner + k]! * b!.values[transposeB ? j * inner + k : k * columns + j]!;
      return sum;
    });
};

eachEngine('dense', () => {
  for (const [shapeA, shapeB] of [
    [
      [3, 5, 4],
      [3, 4, 6],
    ],
    [
      [1, 5, 4],
      [3, 4, 2],
    ],
    [
      [5, 4],
      [2, 3, 4, 9],
    ],
  ] as const) {
    it(`multiplies batches [${shapeA}] x [${shapeB}], broadcast against each other`, async () => {
      const [a, b] = [operand(shapeA, 1), operand(shapeB, 2)];
      const [left, right] = [a, b].map(({ values, shape }) => tf.tensor(Float32Array.from(values), [...shape]));
      const product = tf.matMul(left!, right!);
      const [rows, inner, columns] = [shapeA.at(-2)!, shapeA.at(-1)!, shapeB.at(-1)!];
      // Every matrix of the batch by itself, sliced out of the broadcast operands.
      const batch = product.shape.slice(0, -2);
      const [fullA, fullB] = tf.tidy(() => [
        tf.keep(tf.broadcastTo(left!, [...batch, rows, inner])),
        tf.keep(tf.broadcastTo(right!, [...batch, inner, columns])),
      ]);
      const [valuesA, valuesB] = [await fullA!.data(), await fullB!.data()];
      const expected = Float64Array.from({ length: product.size }, (_, at) => {
        const [index, i, j] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += valuesA[(index * rows + i) * inner + k]! * valuesB[(index * inner + k) * columns + j]!;
        return sum;
      });
      expectClose(await product.data(), expected, 1e-6, 'product');
      tf.dispose([left!, right!, product, fullA!, fullB!]);
    });
  }

  it('fuses bias and activation, with b transposed', async () => {
    const [x, w, bias] = [tf.randomNormal([3, 5]), tf.randomNormal([4, 5]), tf.randomNormal([4])];
    const fused = tf.fused.matMul({ a: x, b: w, transposeB: true, bias, activation: 'relu' });
    const apart = tf.tidy(() => tf.relu(tf.add(tf.matMul(x, w, false, true), bias)));
    expectClose(await fused.data(), await apart.data(), 1e-6, 'fused');
    tf.dispose([x, w, bias, fused, apart]);
  });

  it('multiplies and adds the bias', async () => {
    await checkOp(({ x, weight, bias }) => dense(x as Tensor2D, weight as Tensor2D, bias as Tensor1D), reference, {
      x: operand([5, 7], 1),
      weight: operand([7, 6], 2),
      bias: operand([6], 3),
    });
  });

  it('works without bias', async () => {
    await checkOp(({ x, weight }) => dense(x as Tensor2D, weight as Tensor2D), reference, {
      x: operand([3, 8], 1),
      weight: operand([8, 9], 2),
    });
  });

  for (const [transposeA, transposeB] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    for (const size of [
      [1, 1, 1],
      [7, 5, 13],
      [4, 8, 16],
      [13, 300, 9],
      [35, 3, 19],
    ] as const) {
      it(`multiplies ${size.join(' x ')}${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`, async () => {
        const [rows, inner, columns] = size;
        await checkOp(
          ({ a, b }) => tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
          transposed(transposeA, transposeB, size),
          {
            a: operand(transposeA ? [inner, rows] : [rows, inner], 1),
            b: operand(transposeB ? [columns, inner] : [inner, columns], 2),
          },
        );
      });
    }
  }
});
