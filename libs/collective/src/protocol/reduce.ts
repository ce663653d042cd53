export type Reduction = 'sum' | 'max';

/** `largest[i] = max(largest[i], part[i])`; a NaN on either side stays, so that a broken rank is not hidden. */
export function maximumTo(largest: Float32Array, part: Float32Array): void {
  for (let i = 0; i < largest.length; i++) {
    const value = part[i]!;
    if (value > largest[i]! || Number.isNaN(value)) largest[i] = value;
  }
}

/** Lengths of the contiguous segments into which `length` elements are cut for `worldSize` ranks; the first ones are longer by one. */
export function segmentCounts(length: number, worldSize: number): number[] {
  const base = Math.floor(length / worldSize);
  return Array.from({ length: worldSize }, (_, rank) => base + (rank < length % worldSize ? 1 : 0));
}
