import type { ScoreHistogram } from '#contracts';

/** Bins of width 0.02. */
const NUM_BINS = 100;

/**
 * Similarities of genuine and impostor pairs in equal bins over [-1, 1]; what lies outside by rounding counts in the last bin on its
 * side. A bin holds its lower edge.
 */
export function similarityHistogram(similarities: Float64Array, isSame: Uint8Array): ScoreHistogram {
  const genuine = new Array<number>(NUM_BINS).fill(0);
  const impostor = new Array<number>(NUM_BINS).fill(0);
  similarities.forEach((similarity, pair) => {
    const bin = Math.min(NUM_BINS - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * NUM_BINS)));
    const counts = isSame[pair] ? genuine : impostor;
    counts[bin]!++;
  });
  return { edges: Array.from({ length: NUM_BINS + 1 }, (_, edge) => (edge * 2) / NUM_BINS - 1), genuine, impostor };
}
