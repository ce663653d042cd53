import type { EvaluatedModel } from '#contracts';
import type { Embedder } from '#model-files';

/** What is kept of a model beside its scores. */
export function describeModel(model: Embedder): EvaluatedModel {
  const { format, network, embeddingSize, height, width, sha256, engine } = model;
  return { format, network, embeddingSize, height, width, sha256, engine };
}
