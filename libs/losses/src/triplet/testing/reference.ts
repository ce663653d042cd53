/** Independent float64 form of both triplet losses: rows are normalised, differences and angles taken as they are written. */
export interface TripletReferenceInputs {
  /** Blocks of anchors, positives, negatives. */
  readonly features: Float64Array;
  readonly embeddingSize: number;
  readonly blockSize: number;
  readonly margin: number;
  readonly isAngular: boolean;
}

export function referenceTripletLoss(inputs: TripletReferenceInputs): number {
  const { features, embeddingSize, blockSize, margin, isAngular } = inputs;
  const rows: number[][] = [];
  for (let start = 0; start < features.length; start += embeddingSize) {
    const row = [...features.subarray(start, start + embeddingSize)];
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 1e-10));
    rows.push(row.map((value) => value / norm));
  }
  const distance = (x: number[], y: number[]) => {
    if (!isAngular) return x.reduce((sum, value, d) => sum + (value - y[d]!) ** 2, 0);
    return Math.acos(
      Math.min(
        1,
        Math.max(
          -1,
          x.reduce((sum, value, d) => sum + value * y[d]!, 0),
        ),
      ),
    );
  };
  const third = blockSize / 3;
  let total = 0;
  for (let block = 0; block < rows.length; block += blockSize) {
    for (let at = block; at < block + third; at++) {
      const [a, p, n] = [rows[at]!, rows[at + third]!, rows[at + 2 * third]!];
      total += Math.max(0, distance(a, p) - distance(a, n) + margin);
    }
  }
  return total / (rows.length / 3);
}

/** Central differences, with a step in proportion to the row's norm. */
export function referenceTripletGradient(inputs: TripletReferenceInputs): Float64Array {
  const { features, embeddingSize } = inputs;
  return features.map((value, at) => {
    const start = at - (at % embeddingSize);
    const norm = Math.sqrt(1e-10 + features.subarray(start, start + embeddingSize).reduce((sum, x) => sum + x * x, 0));
    const h = 1e-6 * norm;
    const lossAt = (moved: number) => {
      const copy = features.slice();
      copy[at] = moved;
      return referenceTripletLoss({ ...inputs, features: copy });
    };
    return (lossAt(value + h) - lossAt(value - h)) / (2 * h);
  });
}
