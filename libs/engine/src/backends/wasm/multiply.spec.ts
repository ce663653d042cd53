import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../start-engine.js';
import { expectClose, operand } from '../../testing/check-op.js';
import { tf } from '../../tf.js';
import { multiply, type Matrix } from './matmul.js';
import { floats, type WasmBackend } from './memory.js';

let backend: WasmBackend;
let memory = 0;
const LENGTH = 1 << 19;

beforeAll(async () => {
  await startEngine('wasm', { threads: 1 });
  backend = tf.backend() as unknown as WasmBackend;
  memory = backend.wasm._malloc(LENGTH * 4) >>> 0;
});

afterAll(() => backend.wasm._free(memory));

/** Matrices packed at odd places: rows longer than needed, addresses that no vector is aligned to. */
for (const [rows, inner, columns] of [
  [1, 1, 1],
  [1, 9, 8],
  [3, 2, 7],
  [4, 4, 8],
  [5, 7, 9],
  [63, 5, 17],
  [65, 257, 12],
  [6, 258, 257],
  [130, 3, 300],
] as const) {
  for (const [transposeA, transposeB, accumulate] of [
    [false, false, false],
    [true, false, true],
    [false, true, true],
    [true, true, false],
  ] as const) {
    const title = `${rows} x ${inner} x ${columns}${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`;
    it(`multiplies ${title}${accumulate ? ', added to c' : ''}, inside larger matrices`, () => {
      const place = (pointer: number, height: number, width: number, isTransposed: boolean): Matrix => {
        const stride = (isTransposed ? height : width) + 3;
        return { pointer, row: isTransposed ? 1 : stride, column: isTransposed ? stride : 1 };
      };
      const all = floats(backend, memory, LENGTH);
      all.set(operand([LENGTH], 5).values);
      const a = place(memory + 4, rows, inner, transposeA);
      const b = place(memory + 4 * 70_003, inner, columns, transposeB);
      const c = { pointer: memory + 4 * 200_001, row: columns + 5 };
      const before = Float64Array.from(all);
      const at = (pointer: number, index: number) => before[(pointer - memory) / 4 + index]!;
      const expected = before.slice();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = accumulate ? at(c.pointer, i * c.row + j) : 0;
          for (let k = 0; k < inner; k++)
            sum += at(a.pointer, i * a.row + k * a.column) * at(b.pointer, k * b.row + j * b.column);
          expected[(c.pointer - memory) / 4 + i * c.row + j] = sum;
        }
      multiply(backend, [rows, inner, columns], a, b, c, accumulate);
      expectClose(floats(backend, memory, LENGTH), expected, 2e-6, 'all of the memory, c and what surrounds it');
    });
  }
}

it('gives zeros for an empty sum', () => {
  const all = floats(backend, memory, 40).fill(1);
  const none: Matrix = { pointer: memory, row: 0, column: 1 };
  multiply(backend, [3, 0, 5], none, none, { pointer: memory + 4, row: 6 });
  const row = [0, 0, 0, 0, 0, 1];
  expect([...floats(backend, memory, 20)]).toEqual([1, ...row, ...row, ...row, 1]);
  expect(all[39]).toBe(1);
});

it('broadcasts both operands of a batch', async () => {
  const [a, b] = [tf.randomNormal([2, 1, 5, 4]), tf.randomNormal([3, 4, 2])];
  const [product, expected] = tf.tidy(() => {
    const full = tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(tf.expandDims(b, 0), [2, 1, 1, 1]));
    return [tf.matMul(a, b), full] as const;
  });
  expect(product.shape).toEqual([2, 3, 5, 2]);
  expect(await product.data()).toEqual(await expected.data());
  tf.dispose([a, b, product, expected]);
});
