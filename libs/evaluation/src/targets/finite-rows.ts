import { ArcFleetError } from '#contracts';

/**
 * A value that is no number beats nothing and is beaten by nothing: whatever is counted of it looks perfect.
 *
 * @param describe names the image of a row
 * @throws ArcFleetError `non_finite` naming the first such image.
 */
export function checkRows(rows: Float32Array, dim: number, describe: (row: number) => string): void {
  for (let at = 0; at < rows.length; at++) {
    if (Number.isFinite(rows[at])) continue;
    const image = Math.floor(at / dim);
    const message = `The embedding of ${describe(image)} is not finite: the model overflows`;
    throw new ArcFleetError('non_finite', message, { image });
  }
}
