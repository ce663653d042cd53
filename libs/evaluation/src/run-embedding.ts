import { ArcFleetError } from '#contracts';
import { decodeImage, placeImage } from '#datasets';
import { openOwnEmbedder } from '#model-files';
import { describeModel } from './describe-model.js';
import type { EmbeddingDeps } from './evaluation-deps.js';

/**
 * Answers a request for embeddings with one record.
 * @throws ArcFleetError `image_invalid` naming the image; those of opening the model.
 */
export async function runEmbedding({ job, engine, storageRoot, emit }: EmbeddingDeps): Promise<void> {
  const { images, flip, normalize, model: reference } = job.config;
  const model = await openOwnEmbedder(reference, storageRoot, engine);
  try {
    const { height, width, embeddingSize } = model;
    const embeddings: number[][] = [];
    for (const [index, { data }] of images.entries()) {
      const image = await decodeImage(Buffer.from(data, 'base64'), { height, width }, `image ${index}`).catch((error: Error) => {
        throw new ArcFleetError('image_invalid', `Image ${index}: ${error.message}`, { image: index }, { cause: error });
      });
      const sum = new Float32Array(embeddingSize);
      for (const mirror of flip ? [false, true] : [false]) {
        const pixels = new Float32Array(height * width * 3);
        placeImage(image, { height, width }, mirror, pixels, 0);
        const row = new Float32Array(embeddingSize);
        await model.embed(pixels, row);
        row.forEach((value, at) => (sum[at]! += value));
      }
      const norm = normalize ? Math.hypot(...sum) || 1 : 1;
      embeddings.push(Array.from(sum, (value) => value / norm));
    }
    emit({ type: 'embeddings.computed', model: describeModel(model), result: { embeddings, warnings: [] } });
  } finally {
    await model.dispose();
  }
}
