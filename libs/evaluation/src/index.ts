export { embedImages, Interrupted } from './embed-images.js';
export type { Embeddings, EmbedImagesInputs } from './embed-images.js';
export type { EmbeddingDeps, EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
export { alignedImages, loadPixels } from './images.js';
export type { ImageList } from './images.js';
export { finish } from './run-embedding.js';
export { runEmbedding } from './run-embedding.js';
export { runEvaluation } from './run-evaluation.js';
