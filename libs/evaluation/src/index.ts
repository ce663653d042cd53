export type { EmbeddingDeps, EvaluationDeps, EvaluationResult } from './evaluation-deps.js';
