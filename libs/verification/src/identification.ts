import { ArcFleetError } from '#contracts';

/** L2-normalised embeddings, rows x dim, row-major, with a label per row. */
export interface LabelledEmbeddings {
  readonly embeddings: Float32Array;
  readonly labels: Int32Array;
}

export interface IdentificationScores {
  readonly numProbes: number;
  /** Pairs of a probe and a mate: another image of the same person. */
  readonly numMated: number;
  readonly numDistractors: number;
  /** Share of mated pairs whose mate comes first among all distractors. */
  readonly rank1: number;
  /** Cumulative match characteristic: entry k is the share with rank k + 1 or better, up to `maxRank`. */
  readonly cmc: number[];
  /** True accept rate at false accept rates over all probe x distractor pairs; keyed by FAR as text. */
  readonly tarAtFar: Record<string, { tar: number; threshold: number }>;
}

export interface IdentificationOptions {
  readonly dim: number;
  /** Default 20. */
  readonly maxRank?: number;
  /** Default [1e-6]. */
  readonly fars?: readonly number[];
}

/** Rows of distractors that are compared at once. */
const TILE = 4096;

/**
 * Identification with distractors as in MegaFace challenge 1: each image of the probe set is searched for with each other image of
 * its person as the one mate in a gallery of distractors. Rank of a mate: 1 + the number of distractors that are more alike than it (ties
 * count against the mate). Verification: genuine pairs against all probe x distractor pairs.
 *
 * Memory: O(probes x (maxima) + allowed false accepts), never probes x distractors. Throws `shape_mismatch`, `dataset_invalid`.
 */
export function identify(
  probes: LabelledEmbeddings,
  distractors: Float32Array,
  { dim, maxRank = 20, fars = [1e-6] }: IdentificationOptions,
): IdentificationScores {
  const numProbes = probes.labels.length;
  const numDistractors = distractors.length / dim;
  if (probes.embeddings.length !== numProbes * dim || !Number.isInteger(numDistractors)) {
    throw new ArcFleetError('shape_mismatch', `Embeddings do not come in rows of ${dim}`, { dim, numProbes });
  }
  const mates = matedPairs(probes, dim);
  if (mates.similarities.length === 0 || numDistractors === 0) {
    throw new ArcFleetError('dataset_invalid', 'Identification needs persons with two images or more, and distractors');
  }
  const numImpostorPairs = numProbes * numDistractors;
  // Only the most alike impostors decide a threshold: those that the largest rate lets in, and one more.
  const keep = Math.min(numImpostorPairs, Math.floor(Math.max(...fars) * numImpostorPairs) + 1);
  const largest = new LargestValues(keep);
  const better = new Uint32Array(mates.similarities.length);
  const row = new Float64Array(TILE);
  for (let start = 0; start < numDistractors; start += TILE) {
    const end = Math.min(start + TILE, numDistractors);
    for (let probe = 0; probe < numProbes; probe++) {
      for (let at = start; at < end; at++) row[at - start] = dot(probes.embeddings, probe, distractors, at, dim);
      for (let at = 0; at < end - start; at++) largest.add(row[at]!);
      for (let mate = mates.first[probe]!; mate < mates.first[probe + 1]!; mate++) {
        for (let at = 0; at < end - start; at++) if (row[at]! >= mates.similarities[mate]!) better[mate]!++;
      }
    }
  }
  const cmc = new Array<number>(maxRank).fill(0);
  for (const count of better) if (count < maxRank) cmc[count]!++;
  for (let rank = 1; rank < maxRank; rank++) cmc[rank]! += cmc[rank - 1]!;
  const numMated = mates.similarities.length;
  const impostors = largest.descending();
  const tarAtFar: IdentificationScores['tarAtFar'] = {};
  for (const far of fars) {
    // Accepted are similarities above the first impostor that is one too many.
    const threshold = impostors[Math.floor(far * numImpostorPairs)] ?? -Infinity;
    const accepted = mates.similarities.reduce((sum, similarity) => sum + (similarity > threshold ? 1 : 0), 0);
    tarAtFar[String(far)] = { tar: accepted / numMated, threshold };
  }
  const shares = cmc.map((count) => count / numMated);
  return { numProbes, numMated, numDistractors, rank1: shares[0]!, cmc: shares, tarAtFar };
}

/** Similarities of every ordered pair of different images of one person, by probe; those of probe p are `first[p]..first[p + 1]`. */
function matedPairs({ embeddings, labels }: LabelledEmbeddings, dim: number) {
  const byLabel = new Map<number, number[]>();
  labels.forEach((label, probe) => byLabel.set(label, [...(byLabel.get(label) ?? []), probe]));
  const similarities: number[] = [];
  const first = new Uint32Array(labels.length + 1);
  labels.forEach((label, probe) => {
    first[probe] = similarities.length;
    for (const mate of byLabel.get(label)!) if (mate !== probe) similarities.push(dot(embeddings, probe, embeddings, mate, dim));
  });
  first[labels.length] = similarities.length;
  return { similarities: Float64Array.from(similarities), first };
}

function dot(a: Float32Array, rowA: number, b: Float32Array, rowB: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += a[rowA * dim + i]! * b[rowB * dim + i]!;
  return sum;
}

/** The `capacity` largest of a stream of values: a heap whose root is the smallest that is kept. */
class LargestValues {
  private readonly heap: Float64Array;
  private size = 0;

  constructor(capacity: number) {
    this.heap = new Float64Array(capacity);
  }

  add(value: number): void {
    const { heap } = this;
    if (this.size < heap.length) {
      let at = this.size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (heap[parent]! <= value) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = value;
    } else if (value > heap[0]!) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
        if (heap[child]! >= value) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = value;
    }
  }

  descending(): Float64Array {
    return this.heap.slice(0, this.size).sort().reverse();
  }
}
