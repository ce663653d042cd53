import type { ImageSize } from '../decode-image.js';

/** The image left to right. RGB uint8, HWC. */
export function mirrorImage(pixels: Uint8Array, { height, width }: ImageSize): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    let from = y * width * 3;
    let to = from + (width - 1) * 3;
    for (let x = 0; x < width; x++, from += 3, to -= 3) {
      mirrored[to] = pixels[from]!;
      mirrored[to + 1] = pixels[from + 1]!;
      mirrored[to + 2] = pixels[from + 2]!;
    }
  }
  return mirrored;
}
