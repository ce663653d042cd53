import { expect, it } from 'vitest';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { checkOp, expectClose, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';
import { batchNormInference, batchNormTrain } from './batch-norm.js';

const EPS = 1e-3;

function statistics(x: Float64Array, channels: number, groups: number) {
  const size = x.length / groups / channels;
  const mean = new Float64Array(groups * channels);
  const variance = new Float64Array(groups * channels);
  const each = (visit: (index: number, cell: number) => void) => {
    for (let i = 0; i < x.length; i++) visit(i, Math.floor(i / (size * channels)) * channels + (i % channels));
  };
  each((i, cell) => (mean[cell]! += x[i]! / size));
  each((i, cell) => (variance[cell]! += (x[i]! - mean[cell]!) ** 2 / size));
  return { mean, variance, each };
}

const reference =
  (groups: number) =>
  ({ x, gamma, beta }: Operands): Float64Array => {
    const channels = beta!.shape[0]!;
    const { mean, variance, each } = statistics(x!.values, channels, groups);
    const y = new Float64Array(x!.values.length);
    each((i, cell) => {
      const h = (x!.values[i]! - mean[cell]!) / Math.sqrt(variance[cell]! + EPS);
      y[i] = h * (gamma?.values[cell % channels] ?? 1) + beta!.values[cell % channels]!;
    });
    return y;
  };

eachEngine('batch norm', () => {
  for (const [shape, groupSize] of [
    [[6, 5], 3],
    [[4, 3, 2, 8], 4],
    [[4, 2, 3, 7], 2],
    [[2, 3, 3, 12], 1],
    [[3, 1], 3],
    [[6, 3, 2, 21], 3],
    [[37, 70], 37],
  ] as const) {
    const channels = shape.at(-1)!;
    it(`trains on [${shape}] in groups of ${groupSize}`, async () => {
      const operands = { x: operand(shape, 1), gamma: operand([channels], 2), beta: operand([channels], 3) };
      await checkOp(
        ({ x, gamma, beta }) => batchNormTrain(x!, gamma as Tensor1D, beta as Tensor1D, EPS, groupSize).y,
        reference(shape[0] / groupSize),
        operands,
      );
    });

    it(`gives the statistics of [${shape}] by group`, async () => {
      const x = operand(shape, 1);
      const tensor = tf.tensor(Float32Array.from(x.values), [...shape]);
      const beta = tf.zeros([channels]) as Tensor1D;
      const result = tf.tidy(() => ({ ...batchNormTrain(tensor, null, beta, EPS, groupSize) }));
      const expected = statistics(x.values, channels, shape[0] / groupSize);
      expect(result.mean.shape).toEqual([shape[0] / groupSize, channels]);
      expectClose(await result.mean.data(), expected.mean, 1e-6, 'mean');
      expectClose(await result.variance.data(), expected.variance, 1e-6, 'variance');
      tf.dispose([tensor, beta, { ...result }]);
    });
  }

  it('survives a mean that is large beside the spread', async () => {
    const x = operand([8, 4, 4, 4], 1);
    const shifted = { shape: x.shape, values: x.values.map((value) => Math.fround(value + 300)) };
    const tensor = tf.tensor(Float32Array.from(shifted.values), [8, 4, 4, 4]);
    const beta = tf.zeros([4]) as Tensor1D;
    const result = tf.tidy(() => ({ ...batchNormTrain(tensor, null, beta, EPS, 8) }));
    expectClose(await result.variance.data(), statistics(shifted.values, 4, 1).variance, 1e-3, 'variance');
    tf.dispose([tensor, beta, { ...result }]);
  });

  it('has a fixed scale without gamma', async () => {
    await checkOp(({ x, beta }) => batchNormTrain(x!, null, beta as Tensor1D, EPS, 4).y, reference(1), {
      x: operand([4, 6], 1),
      beta: operand([6], 2),
    });
  });

  it('refuses groups that do not fill the batch', () => {
    const x = tf.ones([4, 2]);
    const beta = tf.zeros([2]) as Tensor1D;
    expect(() => batchNormTrain(x, null, beta, EPS, 3)).toThrow('no whole number of groups');
    tf.dispose([x, beta]);
  });

  it('applies given statistics in inference', async () => {
    const operands = {
      x: operand([2, 3, 2, 4], 1),
      mean: operand([4], 2),
      variance: { shape: [4], values: Float64Array.of(0.5, 1, 2, 3) },
      gamma: operand([4], 4),
      beta: operand([4], 5),
    };
    await checkOp(
      ({ x, mean, variance, gamma, beta }) =>
        batchNormInference(x!, mean as Tensor1D, variance as Tensor1D, gamma as Tensor1D, beta as Tensor1D, EPS),
      ({ x, mean, variance, gamma, beta }) =>
        x!.values.map((value, i) => {
          const c = i % 4;
          const h = (value - mean!.values[c]!) / Math.sqrt(variance!.values[c]! + EPS);
          return h * gamma!.values[c]! + beta!.values[c]!;
        }),
      operands,
    );
  });
});
