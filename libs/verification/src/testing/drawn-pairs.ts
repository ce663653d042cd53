/**
 * Inputs of the fixed numbers in the specs: x <- 16807 x mod (2^31 - 1), small enough to be written down in any language
 * and exact in float64.
 */
export function drawer(seed: number): () => number {
  let x = seed;
  return () => (x = (x * 16_807) % 2_147_483_647);
}

/** Distances that are multiples of 0.001, so that many lie on a threshold. `blocks`: each fold holds one kind of pair only. */
export function drawnDistances(numPairs: number, seed: number, blocks = false) {
  const next = drawer(seed);
  const distances: number[] = [];
  const isSame: number[] = [];
  for (let pair = 0; pair < numPairs; pair++) {
    const same = blocks ? Math.floor((pair * 10) / numPairs) % 2 === 0 : next() % 2 === 0;
    distances.push(same ? (next() % 2_400) / 1_000 : 1 + (next() % 3_000) / 1_000);
    isSame.push(same ? 1 : 0);
  }
  return { distances: Float64Array.from(distances), isSame: Uint8Array.from(isSame) };
}

/** Embeddings around a centre per person, up to `spread` away from it; plain and mirrored, `2 numPairs` x `dim`. */
export function drawnEmbeddings(numPairs: number, dim: number, seed: number, spread = 1.5) {
  const next = drawer(seed);
  const unit = () => (next() % 2_001) / 1_000 - 1;
  const isSame = Uint8Array.from({ length: numPairs }, () => (next() % 2 === 0 ? 1 : 0));
  const plain: number[] = [];
  const flipped: number[] = [];
  const person = () => Array.from({ length: dim }, () => 4 * unit());
  for (const same of isSame) {
    const first = person();
    for (const side of [0, 1]) {
      const centre = same || side === 0 ? first : person();
      for (const value of centre) {
        plain.push(value + spread * unit());
        flipped.push(value + spread * unit());
      }
    }
  }
  return { plain: Float32Array.from(plain), flipped: Float32Array.from(flipped), isSame };
}
