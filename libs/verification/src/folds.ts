/** A block of pairs: start inclusive, end exclusive. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/** scikit-learn's `KFold(numFolds, shuffle=False)`: contiguous blocks, the first `numPairs % numFolds` one longer. */
export function contiguousFolds(numPairs: number, numFolds: number): Fold[] {
  const folds: Fold[] = [];
  let start = 0;
  for (let f = 0; f < numFolds; f++) {
    const end = start + Math.floor(numPairs / numFolds) + (f < numPairs % numFolds ? 1 : 0);
    folds.push({ start, end });
    start = end;
  }
  return folds;
}
