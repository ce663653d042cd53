import { openEmbedder } from '#model-files';
import { alignRequested } from './align-requested.js';
import { embedInOrder } from './embed-in-order.js';
import type { EmbeddingDeps } from './evaluation-deps.js';
import { describeModel, modelPath } from './run-evaluation.js';

/**
 * Answers a request for embeddings: decodes and aligns the images, embeds them in one batch, reports.
 *
 * @throws ArcFleetError `model_*`, `checkpoint_corrupt`; `image_invalid` naming the image by its number.
 */
export async function runEmbedding(deps: EmbeddingDeps): Promise<void> {
  const { job, engine, emit, storageRoot, onPhase = () => undefined } = deps;
  const { model, images: requested, unaligned, flip, normalize } = job.config;
  onPhase('opening', 0);
  const embedder = await openEmbedder(modelPath(model, storageRoot), { engine });
  try {
    onPhase('embedding', 0);
    const { faces, warnings } = await alignRequested(requested, { size: embedder, unaligned });
    const images = { count: faces.length, pixels: (index: number) => Promise.resolve(faces[index]!) };
    const { embeddingSize } = embedder;
    const embeddings: number[][] = [];
    for await (const rows of embedInOrder({ embedder, images, batchSize: images.count, flip, normalize })) {
      for (let at = 0; at < rows.length; at += embeddingSize) embeddings.push([...rows.subarray(at, at + embeddingSize)]);
    }
    emit({ type: 'embeddings.computed', model: describeModel(embedder), result: { embeddings, warnings: [...warnings] } });
  } finally {
    await embedder.dispose();
  }
}
