import { alignFace, placeImage, type AlignOptions, type ImageSize } from '#datasets';

/** Images of a target, numbered from 0; decoding is the caller's when it comes to it. */
export interface ImageList {
  readonly count: number;
  /** RGB uint8 of the model's size. @throws ArcFleetError `dataset_corrupt`, `dataset_invalid`, `image_invalid` naming the image. */
  pixels(index: number): Promise<Uint8Array>;
  /** How many of those that were asked for were of another size and were cropped to their middle. */
  readonly numCropped?: () => number;
}

/** Encoded faces that are aligned already: what has another size than the model's is none, and is refused or, on request, cropped. */
export function alignedImages(
  count: number,
  { size, unaligned }: AlignOptions,
  read: (index: number) => Promise<Uint8Array> | Uint8Array,
  describe: (index: number) => string,
): ImageList {
  let numCropped = 0;
  return {
    count,
    pixels: async (index) => {
      const { pixels, warning } = await alignFace(await read(index), { size, unaligned }, describe(index));
      if (warning !== null) numCropped++;
      return pixels;
    },
    numCropped: () => numCropped,
  };
}

/** Images `start`..`end` side by side for a network, as they are and, behind them, mirrored. */
export async function loadPixels(
  images: ImageList,
  size: ImageSize,
  { start, end, flip }: { start: number; end: number; flip: boolean },
): Promise<Float32Array> {
  const length = size.height * size.width * 3;
  const count = end - start;
  const pixels = new Float32Array((flip ? 2 : 1) * count * length);
  const loaded = await Promise.allSettled(Array.from({ length: count }, (_, offset) => images.pixels(start + offset)));
  // The first failure by position, not by time, so that the same damaged file gives the same message.
  for (const [offset, each] of loaded.entries()) {
    if (each.status === 'rejected') throw each.reason;
    placeImage(each.value, size, false, pixels, offset * length);
    if (flip) placeImage(each.value, size, true, pixels, (count + offset) * length);
  }
  return pixels;
}
