import type { Collective } from '#collective';
import { streamOf } from '#contracts';
import type { Engine } from '#engine';
import { cellMembers } from './cell-members.js';
import type { ShardOfClasses } from './class-sampler.js';
import type { ClassVectors } from './class-vectors.js';
import { sampleRange } from './sample-range.js';
import { assignToCentroids, improveCentroids, type MeansGroup } from './spherical-means.js';

/** Classes of a cell, on average. */
const CELL_SIZE = 64;
/** The coarse clustering learns from that many classes per region and needs no more. */
const TRAINING_CLASSES = 64;
const REGION_ROUNDS = 4;
const CELL_ROUNDS = 3;
const REGION_STREAM = streamOf('class-sampling.regions');
const TRAINING_STREAM = streamOf('class-sampling.training');

/** An index over W: the classes of all ranks in cells of near directions. */
export interface ClassCells {
  /** Unit vectors, `numCells x embeddingSize`; the same on every rank. */
  readonly centroids: Float32Array;
  readonly numCells: number;
  /** Cell of each of this rank's classes. */
  readonly cellOf: Int32Array;
}

function numRegions(numClasses: number): number {
  return Math.ceil(Math.sqrt(numClasses / CELL_SIZE));
}

/** There are never more cells than this. */
export function mostCells(numClasses: number): number {
  return Math.floor(numClasses / CELL_SIZE) + numRegions(numClasses);
}

export interface ClassCellsInputs {
  readonly vectors: ClassVectors;
  readonly shard: ShardOfClasses;
  readonly engine: Engine;
  readonly collective: Collective;
  readonly seed: number;
  /** Global step: each build draws anew. */
  readonly step: number;
}

/**
 * Clusters the classes of all ranks in two levels, so that a class is compared with about 2 sqrt(C / 64) centroids and not with
 * all: regions first, from a sample of the classes, then the cells of each region. All ranks call it together; up to ties in
 * rounding the cells do not depend on the number of ranks.
 */
export async function buildClassCells({ vectors, shard, engine, collective, seed, step }: ClassCellsInputs): Promise<ClassCells> {
  const { numClasses, classStart, numLocalClasses } = shard;
  const everyClass = Int32Array.from({ length: numLocalClasses }, (_, local) => local);

  const regions = numRegions(numClasses);
  const first = [...sampleRange({ seed, stream: REGION_STREAM, step }, numClasses, regions, 0, numClasses)];
  const regionCentroids = await gatherVectors(
    first.map((label) => label - classStart),
    vectors,
    collective,
  );
  const trainingKey = { seed, stream: TRAINING_STREAM, step };
  const numTraining = Math.min(numClasses, TRAINING_CLASSES * regions);
  const training = sampleRange(trainingKey, numClasses, numTraining, classStart, classStart + numLocalClasses);
  const groupOf = (classes: Int32Array): MeansGroup[] => [{ classes, first: 0, numCentroids: regions }];
  const trainingGroups = groupOf(training.map((label) => label - classStart));
  await improveCentroids({ vectors, groups: trainingGroups, engine }, regionCentroids, REGION_ROUNDS, collective);
  const regionOf = new Int32Array(numLocalClasses);
  await assignToCentroids({ vectors, groups: groupOf(everyClass), engine }, regionCentroids, (localClass, region) => {
    regionOf[localClass] = region;
  });

  const members = await cellMembers(regionOf, regions, collective);
  const groups: MeansGroup[] = [];
  const seeds: number[] = [];
  for (const [region, size] of members.sizes.entries()) {
    const numCentroids = size === 0 ? 0 : Math.max(1, Math.floor(size / CELL_SIZE));
    const classes = members.local(region);
    groups.push({ classes, first: seeds.length, numCentroids });
    // The first centroids are members at even distances in class order; -1 is another rank's.
    for (let index = 0; index < numCentroids; index++) {
      const position = Math.floor(((index + 0.5) * size) / numCentroids) - members.numBefore[region]!;
      seeds.push(classes[position] ?? -1);
    }
  }
  const centroids = await gatherVectors(seeds, vectors, collective);
  await improveCentroids({ vectors, groups, engine }, centroids, CELL_ROUNDS, collective);
  const cellOf = new Int32Array(numLocalClasses);
  await assignToCentroids({ vectors, groups, engine }, centroids, (localClass, cell) => {
    cellOf[localClass] = cell;
  });
  return { centroids, numCells: seeds.length, cellOf };
}

/** Vectors of classes of any rank, on every rank. Each rank names its own by local number; others are out of its range. */
function gatherVectors(localClasses: readonly number[], vectors: ClassVectors, collective: Collective): Promise<Float32Array> {
  const { embeddingSize, numLocalClasses } = vectors;
  const own = new Float32Array(localClasses.length * embeddingSize);
  for (const [index, local] of localClasses.entries()) {
    if (local < 0 || local >= numLocalClasses) continue;
    vectors.read(Int32Array.of(local), own.subarray(index * embeddingSize, (index + 1) * embeddingSize));
  }
  // One rank's numbers and zeros: exact.
  return collective.allReduce(own, 'sum');
}
