import { PANEL } from './gemm-code.js';
import { kernels, withScratch, type WasmBackend } from './memory.js';

/** A matrix in memory: `row` and `column` are the distances in floats between neighbours. */
export interface Matrix {
  readonly pointer: number;
  readonly row: number;
  readonly column: number;
}

/** Blocks of b that stay in the second-level cache: 128 KiB. */
const INNER_BLOCK = 256;
const COLUMN_BLOCK = 128;

/** `c[rows, columns] (+)= a[rows, inner] b[inner, columns]`; a and b may be transposed, c is row-major with stride `cRow`. */
export function multiply(
  backend: WasmBackend,
  [rows, inner, columns]: readonly [number, number, number],
  a: Matrix,
  b: Matrix,
  c: { readonly pointer: number; readonly row: number },
  accumulate = false,
): void {
  const { gemm, packRows, packColumns } = kernels(backend);
  const blockColumns = Math.min(COLUMN_BLOCK, Math.ceil(columns / PANEL) * PANEL);
  withScratch(backend, Math.min(INNER_BLOCK, inner) * blockColumns, (panels) => {
    for (let column = 0; column < columns; column += blockColumns) {
      const width = Math.min(blockColumns, columns - column);
      for (let step = 0; step < inner; step += INNER_BLOCK) {
        const depth = Math.min(INNER_BLOCK, inner - step);
        const source = b.pointer + (step * b.row + column * b.column) * 4;
        if (b.column === 1) packRows!(source, b.row * 4, depth, width, panels);
        else packColumns!(source, b.column * 4, depth, width, panels);
        const left = a.pointer + step * a.column * 4;
        const target = c.pointer + column * 4;
        const add = accumulate || step > 0 ? 1 : 0;
        gemm!(left, a.row * 4, a.column * 4, rows, panels, width, depth, target, c.row * 4, add);
      }
    }
  });
}

/** A row-major `[rows, columns]` matrix, or its transpose. */
export function matrix(pointer: number, columns: number, transposed = false): Matrix {
  return transposed ? { pointer, row: 1, column: columns } : { pointer, row: columns, column: 1 };
}
