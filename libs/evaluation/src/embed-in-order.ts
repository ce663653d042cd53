import type { Embedder } from '#model-files';
import { finish, type FinishOptions } from './finish.js';
import type { ImageList } from './images.js';
import { pixelsAhead } from './pixels-ahead.js';

export interface EmbedInOrderInputs extends FinishOptions {
  readonly embedder: Embedder;
  readonly images: ImageList;
  readonly batchSize: number;
}

/**
 * Embeddings of images in order, a batch at a time: count x embeddingSize each.
 *
 * @throws ArcFleetError naming an image that cannot be read; `non_finite`.
 */
export async function* embedInOrder(inputs: EmbedInOrderInputs): AsyncGenerator<Float32Array> {
  const { embedder, images, batchSize, flip } = inputs;
  let first = 0;
  for await (const { pixels, count } of pixelsAhead({ images, size: embedder, start: 0, end: images.count, batchSize, flip })) {
    const raw = new Float32Array((flip ? 2 : 1) * count * embedder.embeddingSize);
    await embedder.embed(pixels, raw);
    yield finish(raw, count, embedder.embeddingSize, inputs, first);
    first += count;
  }
}
