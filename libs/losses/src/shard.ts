import { ArcFleetError } from '#contracts';

/** Rows of W that a rank owns: classes `classStart .. classStart + numLocalClasses - 1`. */
export interface Shard {
  readonly classStart: number;
  readonly numLocalClasses: number;
}

/**
 * Exact split of the classes: `numClasses div worldSize` each, the first `numClasses mod worldSize` ranks one more. No ghost
 * rows: they would enter the softmax denominator. A rank may own nothing when there are more ranks than classes.
 */
export function shardOf(numClasses: number, rank: number, worldSize: number): Shard {
  const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  if (!isCount(numClasses, 1) || !isCount(worldSize, 1) || !isCount(rank, 0) || rank >= worldSize) {
    throw new ArcFleetError('shape_mismatch', `Cannot split ${numClasses} classes for rank ${rank} of ${worldSize}`, {
      numClasses,
      rank,
      worldSize,
    });
  }
  const share = Math.floor(numClasses / worldSize);
  const rest = numClasses % worldSize;
  return { classStart: share * rank + Math.min(rank, rest), numLocalClasses: share + (rank < rest ? 1 : 0) };
}
