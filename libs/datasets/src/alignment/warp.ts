import type { ImageSize } from '../decode-image.js';
import { invertSimilarity, type SimilarityTransform } from './similarity-transform.js';

/** RGB uint8, height x width x 3. */
export interface RgbImage extends ImageSize {
  readonly pixels: Uint8Array;
}

/**
 * Draws `image` through `transform` (image to output) into an output of `size`: each output pixel is read back where it comes from,
 * between its four neighbours (bilinear); what lies outside the image is black, as with OpenCV's constant border.
 *
 * @throws RangeError a transform that shrinks everything to a point has no way back
 */
export function warpSimilarity(image: RgbImage, transform: SimilarityTransform, size: ImageSize): Uint8Array {
  const output = new Uint8Array(size.height * size.width * 3);
  const back = wayBack(transform);
  const { pixels, width, height } = image;
  const at = (x: number, y: number, channel: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[(y * width + x) * 3 + channel]!;
  for (let v = 0, to = 0; v < size.height; v++) {
    for (let u = 0; u < size.width; u++, to += 3) {
      const x = back.a * u - back.b * v + back.tx;
      const y = back.b * u + back.a * v + back.ty;
      if (!(x > -1 && y > -1 && x < width && y < height)) continue;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, down] = [x - left, y - top];
      for (let channel = 0; channel < 3; channel++) {
        const above = at(left, top, channel) * (1 - right) + at(left + 1, top, channel) * right;
        const below = at(left, top + 1, channel) * (1 - right) + at(left + 1, top + 1, channel) * right;
        output[to + channel] = Math.round(above * (1 - down) + below * down);
      }
    }
  }
  return output;
}

/** Share of the output's pixels whose place in the image {@link warpSimilarity} finds outside it. @throws RangeError as there */
export function shareOutside(image: ImageSize, transform: SimilarityTransform, size: ImageSize): number {
  const back = wayBack(transform);
  let outside = 0;
  for (let v = 0; v < size.height; v++) {
    for (let u = 0; u < size.width; u++) {
      const x = back.a * u - back.b * v + back.tx;
      const y = back.b * u + back.a * v + back.ty;
      if (!(x > -1 && y > -1 && x < image.width && y < image.height)) outside++;
    }
  }
  return outside / (size.height * size.width);
}

function wayBack(transform: SimilarityTransform): SimilarityTransform {
  const back = invertSimilarity(transform);
  if (back === null) throw new RangeError('A transform that shrinks everything to a point has no way back');
  return back;
}
