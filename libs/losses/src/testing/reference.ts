/** Independent float64 form of the ArcFace loss on dense matrices: no chunks, no shards, angles by acos. For tests. */
export interface ReferenceInputs {
  readonly features: Float64Array;
  readonly centers: Float64Array;
  readonly labels: Int32Array;
  readonly embeddingSize: number;
  readonly scale: number;
  readonly margin: number;
}

const EPSILON = 1e-10;

export function referenceLoss({ features, centers, labels, embeddingSize, scale, margin }: ReferenceInputs): number {
  const numClasses = centers.length / embeddingSize;
  const norm = (values: Float64Array, row: number) => {
    let sum = EPSILON;
    for (let d = 0; d < embeddingSize; d++) sum += values[row * embeddingSize + d]! ** 2;
    return Math.sqrt(sum);
  };
  let total = 0;
  for (const [row, label] of labels.entries()) {
    const logits: number[] = [];
    for (let c = 0; c < numClasses; c++) {
      let dot = 0;
      for (let d = 0; d < embeddingSize; d++) dot += features[row * embeddingSize + d]! * centers[c * embeddingSize + d]!;
      const cosine = Math.min(1, Math.max(-1, dot / norm(features, row) / norm(centers, c)));
      logits.push(scale * (c === label ? Math.cos(Math.acos(cosine) + margin) : cosine));
    }
    const top = Math.max(...logits);
    total += top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0)) - logits[label]!;
  }
  return total / labels.length;
}

/** Central differences of {@link referenceLoss}, with a step in proportion to the row's norm. */
export function referenceGradient(inputs: ReferenceInputs, by: 'features' | 'centers'): Float64Array {
  const { embeddingSize } = inputs;
  const values = inputs[by];
  return values.map((value, at) => {
    const start = at - (at % embeddingSize);
    const norm = Math.sqrt(EPSILON + values.subarray(start, start + embeddingSize).reduce((sum, x) => sum + x * x, 0));
    const h = 1e-6 * norm;
    const lossAt = (moved: number) => {
      const copy = values.slice();
      copy[at] = moved;
      return referenceLoss({ ...inputs, [by]: copy });
    };
    return (lossAt(value + h) - lossAt(value - h)) / (2 * h);
  });
}
