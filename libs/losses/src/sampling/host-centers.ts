import { gridVector } from './grid-vector.js';

/** A rank's rows of W in the host's memory, to be read only. A class has one row, or several sub-centers. */
export interface HostCenters {
  readonly embeddingSize: number;
  /** Rows of one local class, one after the other. */
  rowsOf(local: number): Float32Array;
  /** Rows of consecutive local classes. */
  range(start: number, size: number): Float32Array;
}

/** Writes the {@link gridVector}s of the given local classes one after the other, `classes.length x embeddingSize`. */
export function readGridVectors({ embeddingSize, rowsOf }: HostCenters, classes: Int32Array, target: Float32Array): void {
  for (const [at, local] of classes.entries()) {
    gridVector(rowsOf(local), target.subarray(at * embeddingSize, (at + 1) * embeddingSize));
  }
}
