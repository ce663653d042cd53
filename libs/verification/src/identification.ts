import { setImmediate as nextTurn } from 'node:timers/promises';
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
  /** True accept rate, and the false accept rate that was achieved, over all probe x distractor pairs; keyed by the allowed FAR as text. */
  readonly tarAtFar: Record<string, { tar: number; far: number; threshold: number }>;
}

export interface IdentificationOptions {
  readonly dim: number;
  /** Default 20. */
  readonly maxRank?: number;
  /** Default [1e-6]. */
  readonly fars?: readonly number[];
  /** Something that multiplies faster than this room does. Scores are the same: whatever comes near a decision is computed again. */
  readonly multiply?: MultiplyRows;
  /** Told before each tile, and whoever waits has had a turn: distractors done. What it throws ends the search. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Products of each row of `a` with each row of `b`, rows of a x rows of b, row-major; of unit rows right to {@link MULTIPLY_TOLERANCE}.
 * Good until the next call.
 */
export type MultiplyRows = (a: Float32Array, b: Float32Array, dim: number) => Promise<Float32Array> | Float32Array;

/** What a multiplication may be off: GPUs round factors to 10 bits (TF32), which is 2^-10 on products of unit rows. */
export const MULTIPLY_TOLERANCE = 2e-3;

/** Distractors that are compared at once, and bounds the products in memory. */
const TILE = 4096;
const MAX_PRODUCTS = 1 << 24;

/**
 * Identification with distractors as in MegaFace challenge 1: each image of the probe set is searched for with each other image of
 * its person as the one mate in a gallery of distractors. Rank of a mate: 1 + the number of distractors that are more alike than it (ties
 * count against the mate). Verification: genuine pairs against all probe x distractor pairs. Similarities are decided by in float64.
 *
 * Memory: O(mated pairs + allowed false accepts + tile), never probes x distractors. Throws `shape_mismatch`,
 * `non_finite`, `dataset_invalid`.
 */
export async function identify(
  probes: LabelledEmbeddings,
  distractors: Float32Array,
  options: IdentificationOptions,
): Promise<IdentificationScores> {
  const { dim, maxRank = 20, fars = [1e-6] } = options;
  const numProbes = probes.labels.length;
  const numDistractors = distractors.length / dim;
  if (probes.embeddings.length !== numProbes * dim || !Number.isInteger(numDistractors)) {
    throw new ArcFleetError('shape_mismatch', `Embeddings do not come in rows of ${dim}`, { dim, numProbes });
  }
  checkFinite(probes.embeddings, dim, 'Probe');
  checkFinite(distractors, dim, 'Distractor');
  const mates = matedPairs(probes, dim);
  const numMated = mates.similarities.length;
  if (numMated === 0 || numDistractors === 0) {
    throw new ArcFleetError('dataset_invalid', 'Identification needs persons with two images or more, and distractors');
  }
  const numImpostorPairs = numProbes * numDistractors;
  // Only the most alike impostors decide a threshold: those that the largest rate lets in, and one more.
  const keep = Math.min(numImpostorPairs, Math.floor(Math.max(...fars) * numImpostorPairs) + 1);
  const largest = new LargestValues(keep);
  await compareAll(probes.embeddings, distractors, mates, largest, options);

  const cmc = new Array<number>(maxRank).fill(0);
  for (const count of mates.better()) if (count < maxRank) cmc[count]!++;
  for (let rank = 1; rank < maxRank; rank++) cmc[rank]! += cmc[rank - 1]!;
  const impostors = largest.descending();
  const tarAtFar: IdentificationScores['tarAtFar'] = {};
  for (const far of fars) {
    // Accepted are similarities above the first impostor that is one too many.
    const threshold = impostors[Math.floor(far * numImpostorPairs)] ?? -Infinity;
    const accepted = mates.similarities.reduce((sum, similarity) => sum + (similarity > threshold ? 1 : 0), 0);
    // Ties with the threshold are rejected, so that fewer than allowed may be let in.
    const numFalse = impostors.findIndex((similarity) => similarity <= threshold);
    tarAtFar[String(far)] = {
      tar: accepted / numMated,
      far: (numFalse < 0 ? impostors.length : numFalse) / numImpostorPairs,
      threshold,
    };
  }
  const shares = cmc.map((count) => count / numMated);
  return { numProbes, numMated, numDistractors, rank1: shares[0]!, cmc: shares, tarAtFar };
}

/** NaN is not more alike than any mate: a search would take it for a perfect score. */
function checkFinite(rows: Float32Array, dim: number, what: string): void {
  for (let at = 0; at < rows.length; at++) {
    if (Number.isFinite(rows[at])) continue;
    const row = Math.floor(at / dim);
    throw new ArcFleetError('non_finite', `${what} ${row} has an embedding that is not finite`, { row });
  }
}

/** Shows every probe x distractor pair to its probe's mates and to the largest values. */
async function compareAll(
  probes: Float32Array,
  distractors: Float32Array,
  mates: Mates,
  largest: LargestValues,
  { dim, multiply, onProgress = () => undefined }: IdentificationOptions,
): Promise<void> {
  const [numProbes, numDistractors] = [probes.length / dim, distractors.length / dim];
  const block = Math.max(1, Math.floor(MAX_PRODUCTS / TILE));
  for (let start = 0; start < numDistractors; start += TILE) {
    // Arithmetic alone would keep a word to stop, or a heartbeat, waiting for minutes.
    await nextTurn();
    onProgress(start);
    const tile = distractors.subarray(start * dim, Math.min(start + TILE, numDistractors) * dim);
    const width = tile.length / dim;
    for (let first = 0; first < numProbes; first += block) {
      const rows = probes.subarray(first * dim, Math.min(first + block, numProbes) * dim);
      const products = multiply ? await multiply(rows, tile, dim) : null;
      for (let row = 0; row < rows.length / dim; row++) {
        const probe = first + row;
        for (let at = 0; at < width; at++) {
          let value = products ? products[row * width + at]! : dot(rows, row, tile, at, dim);
          const isNear = products !== null && (largest.isNear(value) || mates.isNear(probe, value));
          if (isNear) value = dot(rows, row, tile, at, dim);
          largest.add(value);
          mates.see(probe, value);
        }
      }
    }
  }
}

/**
 * Similarities of every ordered pair of different images of one person; those of probe p are `first[p]..first[p + 1]`, the least first. What
 * a distractor does to them is one search and one count.
 */
class Mates {
  /** Distractors that are at least as alike as this mate, but not as the next. */
  private readonly beats: Uint32Array;

  constructor(
    readonly similarities: Float64Array,
    private readonly first: Uint32Array,
  ) {
    this.beats = new Uint32Array(similarities.length);
  }

  see(probe: number, value: number): void {
    const last = this.lastBeaten(probe, value);
    if (last >= this.first[probe]!) this.beats[last]!++;
  }

  /** True where a value that is off by the tolerance might beat others. */
  isNear(probe: number, value: number): boolean {
    const { first, similarities } = this;
    if (first[probe] === first[probe + 1] || value < similarities[first[probe]!]! - MULTIPLY_TOLERANCE) return false;
    return this.lastBeaten(probe, value + MULTIPLY_TOLERANCE) !== this.lastBeaten(probe, value - MULTIPLY_TOLERANCE);
  }

  /** For each mate, how many distractors are at least as alike as it. */
  better(): Uint32Array {
    const counts = this.beats.slice();
    for (let probe = 0; probe + 1 < this.first.length; probe++) {
      for (let at = this.first[probe + 1]! - 2; at >= this.first[probe]!; at--) counts[at]! += counts[at + 1]!;
    }
    return counts;
  }

  /** Place of the last of a probe's mates whose similarity does not exceed the value; one before the first: none. */
  private lastBeaten(probe: number, value: number): number {
    const { first, similarities } = this;
    let low = first[probe]! - 1;
    // Most distractors are less alike than every mate.
    if (low + 1 === first[probe + 1] || value < similarities[low + 1]!) return low;
    let high = first[probe + 1]! - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (similarities[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function matedPairs({ embeddings, labels }: LabelledEmbeddings, dim: number): Mates {
  const byLabel = new Map<number, number[]>();
  for (const [probe, label] of labels.entries()) {
    const same = byLabel.get(label);
    if (same) same.push(probe);
    else byLabel.set(label, [probe]);
  }
  const first = new Uint32Array(labels.length + 1);
  for (const [probe, label] of labels.entries()) first[probe + 1] = first[probe]! + byLabel.get(label)!.length - 1;
  const similarities = new Float64Array(first[labels.length]!);
  for (const [probe, label] of labels.entries()) {
    let at = first[probe]!;
    for (const mate of byLabel.get(label)!)
      if (mate !== probe) similarities[at++] = dot(embeddings, probe, embeddings, mate, dim);
    similarities.subarray(first[probe], at).sort();
  }
  return new Mates(similarities, first);
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

  /** True where a value that is off by the tolerance might still be kept. */
  isNear(value: number): boolean {
    return this.size < this.heap.length || value > this.heap[0]! - MULTIPLY_TOLERANCE;
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
