import { it } from 'vitest';
import { checkOp, operand } from '../testing/check-op.js';
import { eachEngine } from '../testing/each-engine.js';
import { relu } from './relu.js';

eachEngine('relu', () => {
  for (const shape of [[3, 4], [2, 3, 5, 7], [1]]) {
    it(`cuts [${shape}] at zero`, async () => {
      await checkOp(
        ({ x }) => relu(x!),
        ({ x }) => x!.values.map((value) => Math.max(value, 0)),
        { x: operand(shape, 1) },
      );
    });
  }
});
