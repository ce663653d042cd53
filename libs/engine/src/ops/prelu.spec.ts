import { it } from 'vitest';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { prelu } from './prelu.js';

const reference = ({ x, slope }: Operands) => x!.values.map((v, i) => (v > 0 ? v : v * slope!.values[i % slope!.values.length]!));

eachEngine('prelu', () => {
  for (const shape of [
    [3, 4],
    [2, 3, 3, 8],
    [2, 2, 3, 5],
    [2, 3, 2, 13],
    [1, 1],
    [3, 3, 2, 21],
    [37, 70],
  ]) {
    it(`has one slope per channel on [${shape}]`, async () => {
      await checkOp(({ x, slope }) => prelu(x!, slope as Tensor1D), reference, {
        x: operand(shape, 1),
        slope: operand([shape.at(-1)!], 2),
      });
    });
  }

  for (const shape of [
    [2, 3, 3, 8],
    [2, 5],
  ]) {
    it(`shares one slope between the channels of [${shape}]`, async () => {
      await checkOp(({ x, slope }) => prelu(x!, slope as Tensor1D), reference, { x: operand(shape, 1), slope: operand([1], 3) });
    });
  }
});
