import type { Embedder } from '#model-files';
import { finish, type FinishOptions } from './finish.js';
import { loadPixels, type ImageList } from './images.js';

export interface EmbedInOrderInputs extends FinishOptions {
  readonly embedder: Embedder;
  readonly images: ImageList;
  readonly batchSize: number;
}

/**
 * Embeddings of images in order, a batch at a time: count x embeddingSize each. The next batch is decoded while one is computed; no more
 * than two are in memory.
 *
 * @throws ArcFleetError naming an image that cannot be read; `non_finite`.
 */
export async function* embedInOrder(inputs: EmbedInOrderInputs): AsyncGenerator<Float32Array> {
  const { embedder, images, batchSize, flip } = inputs;
  const load = (start: number): Promise<Float32Array> | null => {
    if (start >= images.count) return null;
    const loading = loadPixels(images, embedder, { start, end: Math.min(start + batchSize, images.count), flip });
    // Asked for ahead; its failure is seen when it is awaited.
    loading.catch(() => undefined);
    return loading;
  };
  let next = load(0);
  try {
    for (let start = 0; next; start += batchSize) {
      const pixels: Float32Array = await next;
      next = load(start + batchSize);
      const count = Math.min(batchSize, images.count - start);
      const raw = new Float32Array((flip ? 2 : 1) * count * embedder.embeddingSize);
      await embedder.embed(pixels, raw);
      yield finish(raw, count, embedder.embeddingSize, inputs, start);
    }
  } finally {
    await next?.catch(() => undefined);
  }
}
