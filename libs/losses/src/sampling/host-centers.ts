/** A rank's rows of W in the host's memory, to be read only. A class has one row, or several sub-centers. */
export interface HostCenters {
  readonly embeddingSize: number;
  /** Rows of one local class, one after the other. */
  rowsOf(local: number): Float32Array;
  /** Rows of consecutive local classes. */
  range(start: number, size: number): Float32Array;
}

/**
 * Writes one vector per local class, one after the other, `classes.length x embeddingSize`: its row, or the sum of its unit rows
 * where it has several sub-centers. Only the direction counts; a row of zeros has none and gives zeros.
 */
export function readVectors({ embeddingSize, rowsOf }: HostCenters, classes: Int32Array, target: Float32Array): void {
  for (let index = 0; index < classes.length; index++) {
    const rows = rowsOf(classes[index]!);
    const offset = index * embeddingSize;
    if (rows.length === embeddingSize) {
      target.set(rows, offset);
      continue;
    }
    target.fill(0, offset, offset + embeddingSize);
    for (let start = 0; start < rows.length; start += embeddingSize) {
      const factor = inverseNorm(rows, start, embeddingSize);
      for (let at = 0; at < embeddingSize; at++) target[offset + at]! += rows[start + at]! * factor;
    }
  }
}

/** 1 / |v|, 0 for zeros. */
export function inverseNorm(values: Float32Array, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at++) sum += values[at]! * values[at]!;
  return sum > 0 ? 1 / Math.sqrt(sum) : 0;
}
