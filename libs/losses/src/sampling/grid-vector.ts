/**
 * Numbers of a vector are multiples of this, so that float32 sums of up to a thousand unit vectors (of many more where they do
 * not all point along one axis) are exact: the same in any order, so at any number of ranks.
 */
const GRID = 2 ** -14;

/**
 * Unit vector of a class, on the grid: of its one row, or of the sum of its unit rows where it has several sub-centers. A row of
 * zeros has no direction and gives zeros.
 *
 * @param rows the class's rows one after the other, each as long as a vector.
 */
export function gridVector(rows: Float32Array, target: Float32Array): void {
  const { length } = target;
  target.fill(0);
  for (let start = 0; start < rows.length; start += length) {
    const factor = inverseNorm(rows, start, length);
    for (let at = 0; at < length; at++) target[at]! += rows[start + at]! * factor;
  }
  const toGrid = inverseNorm(target, 0, length) / GRID;
  for (let at = 0; at < length; at++) target[at] = Math.round(target[at]! * toGrid) * GRID;
}

/** 1 / |v|, 0 for zeros. */
export function inverseNorm(values: Float32Array, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at++) sum += values[at]! * values[at]!;
  return sum > 0 ? 1 / Math.sqrt(sum) : 0;
}
