import { it } from 'vitest';
import { checkOp, operand, type Operands } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { tf } from '../tf.js';

/** Rows of a, then of b. */
const reference = ({ a, b }: Operands): Float64Array => {
  const [widthA, widthB] = [a!.shape.at(-1)!, b!.shape.at(-1)!];
  const rows = Array.from({ length: a!.values.length / widthA }, (_, row) => [
    ...a!.values.subarray(row * widthA, (row + 1) * widthA),
    ...b!.values.subarray(row * widthB, (row + 1) * widthB),
  ]);
  return Float64Array.from(rows.flat());
};

eachEngine('concat', () => {
  for (const [shape, a, b] of [
    [[2, 3, 3], 4, 8],
    [[2, 1, 5], 7, 3],
    [[3], 33, 1],
  ] as const) {
    it(`joins ${a} and ${b} channels of [${shape}], and parts their gradients`, async () => {
      await checkOp(({ a, b }) => tf.concat([a!, b!], -1), reference, {
        a: operand([...shape, a], 1),
        b: operand([...shape, b], 2),
      });
    });
  }
});
