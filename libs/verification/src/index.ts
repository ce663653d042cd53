export { contiguousFolds } from './folds.js';
export type { Fold } from './folds.js';
export { pixelDistance, pixelScores } from './pixel-scores.js';
export type { PixelDistance } from './pixel-scores.js';
export { FAR_TARGETS, NUM_FOLDS, scoreDistances } from './score-distances.js';
export { verifyPairs } from './verify-pairs.js';
