import { ArcFleetError } from '#contracts';
import { alignFace } from '#datasets';
import { openEmbedder } from '#model-files';
import type { EmbeddingDeps } from './evaluation-deps.js';
import { loadPixels } from './images.js';
import { describeModel, modelPath } from './run-evaluation.js';

/**
 * Answers a request for embeddings: decodes and aligns the images, embeds them in one batch, reports.
 *
 * @throws ArcFleetError `model_*`, `checkpoint_corrupt`; `dataset_corrupt` and `dataset_invalid` naming the image by its number.
 */
export async function runEmbedding(deps: EmbeddingDeps): Promise<void> {
  const { job, engine, emit, storageRoot, onPhase = () => undefined } = deps;
  const { model, images, unaligned, flip, normalize } = job.config;
  onPhase('opening', 0);
  const embedder = await openEmbedder(modelPath(model, storageRoot), { engine });
  try {
    onPhase('embedding', 0);
    const warnings: string[] = [];
    const faces: Uint8Array[] = [];
    for (const [index, { data, landmarks }] of images.entries()) {
      const options = { size: embedder, unaligned, landmarks };
      const { pixels, warning } = await alignFace(Buffer.from(data, 'base64'), options, `image ${index}`);
      if (warning) warnings.push(warning);
      faces.push(pixels);
    }
    const list = { count: faces.length, pixels: async (index: number) => faces[index]! };
    const pixels = await loadPixels(list, embedder, { start: 0, end: faces.length, flip });
    const dim = embedder.embeddingSize;
    const rows = new Float32Array((flip ? 2 : 1) * faces.length * dim);
    await embedder.embed(pixels, rows);
    const embeddings = faces.map((_, image) => finish(rows, image, { count: faces.length, dim, flip, normalize }));
    emit({ type: 'embeddings.computed', model: describeModel(embedder), result: { embeddings, warnings } });
  } finally {
    await embedder.dispose();
  }
}

/** The embedding of an image as it was asked for. Mirrored ones lie behind all plain ones. */
export function finish(
  rows: Float32Array,
  image: number,
  { count, dim, flip, normalize }: { count: number; dim: number; flip: boolean; normalize: boolean },
): number[] {
  const mirrored = flip ? rows.subarray((count + image) * dim, (count + image + 1) * dim) : null;
  const sum = Array.from(rows.subarray(image * dim, (image + 1) * dim), (value, i) => value + (mirrored?.[i] ?? 0));
  const norm = Math.sqrt(sum.reduce((square, value) => square + value * value, 0));
  if (!Number.isFinite(norm)) {
    throw new ArcFleetError('non_finite', `The embedding of image ${image} is not finite: the model overflows`, { image });
  }
  return normalize && norm > 0 ? sum.map((value) => value / norm) : sum;
}
