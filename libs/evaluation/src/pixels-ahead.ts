import type { ImageSize } from '#datasets';
import { loadPixels, type ImageList } from './images.js';

export interface PixelsAheadInputs {
  readonly images: ImageList;
  readonly size: ImageSize;
  /** First image, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  readonly batchSize: number;
  /** Each image mirrored, too. */
  readonly flip: boolean;
}

/** Images side by side (see {@link loadPixels}), and how many there are. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly count: number;
}

/**
 * Images in order, a batch at a time; the next one is decoded while one is computed on, so that two are in memory. Whoever leaves
 * early waits for what is being decoded.
 *
 * @throws ArcFleetError naming an image that cannot be read.
 */
export async function* pixelsAhead({ images, size, start, end, batchSize, flip }: PixelsAheadInputs): AsyncGenerator<PixelBatch> {
  const load = (from: number): Promise<Float32Array> | null => {
    if (from >= end) return null;
    const loading = loadPixels(images, size, { start: from, end: Math.min(from + batchSize, end), flip });
    // Asked for ahead; its failure is seen when it is awaited.
    loading.catch(() => undefined);
    return loading;
  };
  let next = load(start);
  try {
    for (let from = start; next; from += batchSize) {
      const pixels: Float32Array = await next;
      next = load(from + batchSize);
      yield { pixels, count: Math.min(batchSize, end - from) };
    }
  } finally {
    await next?.catch(() => undefined);
  }
}
