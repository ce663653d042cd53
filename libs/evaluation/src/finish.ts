import { ArcFleetError } from '#contracts';

export interface FinishOptions {
  /** Raw rows hold the embeddings of all images, then those of all mirrored images: add them up. */
  readonly flip: boolean;
  /** Scale to length 1. */
  readonly normalize: boolean;
}

/**
 * Embeddings as they are given out, count x dim. Sums and lengths are taken in float64; a zero row stays zero.
 *
 * @param first number of the first image, for errors
 * @throws ArcFleetError `non_finite` naming the image.
 */
export function finish(
  raw: Float32Array,
  count: number,
  dim: number,
  { flip, normalize }: FinishOptions,
  first = 0,
): Float32Array {
  const rows = new Float32Array(count * dim);
  const sum = new Float64Array(dim);
  for (let image = 0; image < count; image++) {
    let square = 0;
    for (let i = 0; i < dim; i++) {
      const value = raw[image * dim + i]! + (flip ? raw[(count + image) * dim + i]! : 0);
      sum[i] = value;
      square += value * value;
    }
    if (!Number.isFinite(square)) {
      const message = `The embedding of image ${first + image} is not finite: the model overflows`;
      throw new ArcFleetError('non_finite', message, { image: first + image });
    }
    const scale = normalize && square > 0 ? 1 / Math.sqrt(square) : 1;
    for (let i = 0; i < dim; i++) rows[image * dim + i] = sum[i]! * scale;
  }
  return rows;
}
