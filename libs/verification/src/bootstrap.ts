import { ArcFleetError } from '#contracts';

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Default 2000. */
  readonly numResamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
  readonly seed?: number;
}

/**
 * Percentile bootstrap of a mean of 0/1 outcomes, one per pair (1: decided rightly): pairs are drawn again with replacement.
 *
 * Throws `dataset_invalid` without outcomes.
 */
export function bootstrapMean(outcomes: Uint8Array, options: BootstrapOptions = {}): Interval {
  return bootstrap(outcomes.length, (pair) => outcomes[pair]!, options);
}

/**
 * The same for the difference b - a of two models on the same pairs: both outcomes of a pair are drawn together, so that what is hard for
 * both does not widen the interval. When it excludes 0, the models differ.
 *
 * Throws `shape_mismatch`, `dataset_invalid`.
 */
export function bootstrapDifference(a: Uint8Array, b: Uint8Array, options: BootstrapOptions = {}): Interval {
  if (a.length !== b.length)
    throw new ArcFleetError('shape_mismatch', `${a.length} and ${b.length} outcomes are not of the same pairs`);
  return bootstrap(a.length, (pair) => b[pair]! - a[pair]!, options);
}

function bootstrap(
  length: number,
  valueOf: (pair: number) => number,
  { numResamples = 2000, confidence = 0.95, seed = 1 }: BootstrapOptions,
): Interval {
  if (length === 0) throw new ArcFleetError('dataset_invalid', 'There are no pairs to draw from');
  const values = Float64Array.from({ length }, (_, pair) => valueOf(pair));
  const draw = uniformIntegers(seed, length);
  const means = Float64Array.from({ length: numResamples }, () => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[draw()]!;
    return sum / length;
  }).sort();
  const at = (share: number) => means[Math.min(numResamples - 1, Math.max(0, Math.round(share * (numResamples - 1))))]!;
  const tail = (1 - confidence) / 2;
  return { estimate: values.reduce((sum, value) => sum + value, 0) / length, low: at(tail), high: at(1 - tail) };
}

/** Whole numbers below `bound` from a 32-bit generator (xorshift32, Marsaglia 2003). */
function uniformIntegers(seed: number, bound: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 4294967296) * bound);
  };
}
