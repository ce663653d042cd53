export { embedImages, Interrupted } from './embed-images.js';
export type { Embeddings, EmbedImagesInputs, StopMode } from './embed-images.js';
export { evaluateModel } from './evaluate-model.js';
export type { EvaluateModelInputs, ModelEvaluation } from './evaluate-model.js';
export type { EmbeddingDeps, EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
export { alignedImages, loadPixels } from './images.js';
export type { ImageList } from './images.js';
export { finish, runEmbedding } from './run-embedding.js';
export { runEvaluation } from './run-evaluation.js';
