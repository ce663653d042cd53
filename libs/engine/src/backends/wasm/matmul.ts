import { broadcast_util } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { COLUMNS, ROWS } from './gemm-code.js';
import { sizeOf, type Kernel } from './kernel.js';
import { address, functionsOf, withOutputs, withScratch, type WasmBackend } from './memory.js';

/** A matrix in memory: `row` and `column` are the distances in floats between neighbours; one of them is 1. */
export interface Matrix {
  readonly pointer: number;
  readonly row: number;
  readonly column: number;
}

/** A block of b (256 KiB) and one of a (64 KiB) stay in the second-level cache together. */
const INNER_BLOCK = 256;
const COLUMN_BLOCK = 256;
const ROW_BLOCK = 64;

/** `c[rows, columns] (+)= a[rows, inner] b[inner, columns]`; a and b may be transposed, c is row-major with stride `c.row`. */
export function multiply(
  backend: WasmBackend,
  [rows, inner, columns]: readonly [number, number, number],
  a: Matrix,
  b: Matrix,
  c: { readonly pointer: number; readonly row: number },
  accumulate = false,
): void {
  const { gemm, packAcross4, packAlong4, packAcross8, packAlong8, zeros } = functionsOf(backend);
  if (inner === 0 && !accumulate) for (let row = 0; row < rows; row++) zeros!(c.pointer + row * c.row * 4, columns * 4);
  const depths = Math.min(INNER_BLOCK, inner);
  const sizeB = depths * roundUp(Math.min(COLUMN_BLOCK, columns), COLUMNS);
  const sizeA = depths * roundUp(Math.min(ROW_BLOCK, rows), ROWS);
  withScratch(backend, sizeA + sizeB, (panelsA) => {
    const panelsB = panelsA + sizeA * 4;
    for (let column = 0; column < columns; column += COLUMN_BLOCK) {
      const width = Math.min(COLUMN_BLOCK, columns - column);
      for (let step = 0; step < inner; step += INNER_BLOCK) {
        const depth = Math.min(INNER_BLOCK, inner - step);
        const fromB = b.pointer + (step * b.row + column * b.column) * 4;
        if (b.column === 1) packAcross8!(fromB, b.row * 4, depth, width, panelsB);
        else packAlong8!(fromB, b.column * 4, depth, width, panelsB);
        const add = accumulate || step > 0 ? 1 : 0;
        for (let row = 0; row < rows; row += ROW_BLOCK) {
          const height = Math.min(ROW_BLOCK, rows - row);
          const fromA = a.pointer + (row * a.row + step * a.column) * 4;
          if (a.column === 1) packAlong4!(fromA, a.row * 4, depth, height, panelsA);
          else packAcross4!(fromA, a.column * 4, depth, height, panelsA);
          gemm!(panelsA, height, panelsB, width, depth, c.pointer + (row * c.row + column) * 4, c.row * 4, add);
        }
      }
    }
  });
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** A row-major `[rows, columns]` matrix, or its transpose. */
export function matrix(pointer: number, columns: number, transposed = false): Matrix {
  return transposed ? { pointer, row: 1, column: columns } : { pointer, row: columns, column: 1 };
}

/** `BatchMatMul`: any transposition, leading axes broadcast against each other. */
export const batchMatMul: Kernel = (backend, { a, b }, attrs) => {
  if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return null;
  const transposeA = attrs.transposeA === true;
  const transposeB = attrs.transposeB === true;
  const [rowsA, columnsA] = a!.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b!.shape.slice(-2) as [number, number];
  const [rows, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, columns] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (inner !== innerB) {
    throw new ArcFleetError('shape_mismatch', `matMul: [${a!.shape}] and [${b!.shape}] have inner sizes ${inner} and ${innerB}`);
  }
  const batchA = a!.shape.slice(0, -2);
  const batchB = b!.shape.slice(0, -2);
  const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  return withOutputs(backend, [[...batch, rows, columns]], (c) => {
    const [left, right] = [address(backend, a!), address(backend, b!)];
    for (let index = 0; index < sizeOf(batch); index++) {
      const indexA = broadcastIndex(index, batch, batchA);
      const indexB = broadcastIndex(index, batch, batchB);
      multiply(
        backend,
        [rows, inner, columns],
        matrix(left + indexA * rows * inner * 4, columnsA, transposeA),
        matrix(right + indexB * inner * columns * 4, columnsB, transposeB),
        { pointer: c + index * rows * columns * 4, row: columns },
      );
    }
  })[0]!;
};

/** Position in an array of shape `own` of element `index` of the shape that it is broadcast to. */
function broadcastIndex(index: number, shape: readonly number[], own: readonly number[]): number {
  let position = 0;
  let distance = 1;
  for (let axis = 1; axis <= own.length; axis++) {
    const size = shape.at(-axis)!;
    if (own.at(-axis)! > 1) position += (index % size) * distance;
    distance *= own.at(-axis)!;
    index = Math.floor(index / size);
  }
  return position;
}
