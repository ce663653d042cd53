export type Reduction = 'sum' | 'max';

/**
 * Elementwise reduction of equally long parts, given in rank order, in float32 after every addition: the order is fixed, so every
 * rank that sees the same parts gets the same bits. `max` hands a NaN on, so that a broken rank is not hidden.
 */
export function reduceInRankOrder(parts: readonly Float32Array[], reduction: Reduction): Float32Array {
  const result = Float32Array.from(parts[0]!);
  for (const part of parts.slice(1)) {
    if (reduction === 'sum') {
      for (let i = 0; i < result.length; i++) result[i]! += part[i]!;
    } else {
      for (let i = 0; i < result.length; i++) {
        const value = part[i]!;
        if (value > result[i]! || Number.isNaN(value)) result[i] = value;
      }
    }
  }
  return result;
}

/** Lengths of the contiguous segments into which `length` elements are cut for `worldSize` ranks; the first ones are longer by one. */
export function segmentCounts(length: number, worldSize: number): number[] {
  const base = Math.floor(length / worldSize);
  return Array.from({ length: worldSize }, (_, rank) => base + (rank < length % worldSize ? 1 : 0));
}
