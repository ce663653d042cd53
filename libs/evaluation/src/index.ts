export type { EmbeddingDeps, EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
export { runEmbedding } from './run-embedding.js';
export { runEvaluation } from './run-evaluation.js';
