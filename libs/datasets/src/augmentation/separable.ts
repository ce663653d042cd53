/** Weights of a one-dimensional resampling or filter: value i is the sum of `weights[i x taps + k]` times source `sources[i x taps + k]`. */
export interface Taps {
  readonly taps: number;
  readonly sources: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Applies `columns` along the width and `rows` along the height of an RGB uint8 image, HWC, `width` pixels wide. The result has as
 * many columns and rows as the two have values; rounded to the nearest and clamped to 0..255 once, at the end.
 */
export function filterSeparably(pixels: Uint8Array, width: number, columns: Taps, rows: Taps): Uint8Array {
  const height = pixels.length / (3 * width);
  const newWidth = columns.weights.length / columns.taps;
  const newHeight = rows.weights.length / rows.taps;
  const across = new Float64Array(height * newWidth * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++, to += 3) {
      for (let tap = x * columns.taps; tap < (x + 1) * columns.taps; tap++) {
        const from = (y * width + columns.sources[tap]!) * 3;
        const weight = columns.weights[tap]!;
        across[to]! += weight * pixels[from]!;
        across[to + 1]! += weight * pixels[from + 1]!;
        across[to + 2]! += weight * pixels[from + 2]!;
      }
    }
  }
  const result = new Uint8ClampedArray(newHeight * newWidth * 3);
  const rowLength = newWidth * 3;
  const row = new Float64Array(rowLength);
  for (let y = 0; y < newHeight; y++) {
    row.fill(0);
    for (let tap = y * rows.taps; tap < (y + 1) * rows.taps; tap++) {
      const from = rows.sources[tap]! * rowLength;
      const weight = rows.weights[tap]!;
      for (let at = 0; at < rowLength; at++) row[at]! += weight * across[from + at]!;
    }
    // The clamped array rounds to the nearest.
    result.set(row, y * rowLength);
  }
  return new Uint8Array(result.buffer);
}
