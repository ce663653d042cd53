import type { Collective } from '#collective';
import { streamOf } from '#contracts';
import type { Engine } from '#engine';
import { cellMembers } from './cell-members.js';
import type { ShardOfClasses } from './class-sampler.js';
import { readVectors, type HostCenters } from './host-centers.js';
import { sampleRange } from './sample-range.js';
import { assignToCentroids, improveCentroids, takeDirections, type MeansGroup } from './spherical-means.js';

/** A row of the batch should choose among several cells, and the index stay small beside W: classes of a cell, on average. */
const SMALLEST_CELL = 16;
const LARGEST_CELL = 64;
const CELLS_PER_ROW = 4;
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

/** Cells that suit a step in which every row of the batch has room for `classesPerRow`. */
export function cellSizeFor(classesPerRow: number): number {
  return Math.min(LARGEST_CELL, Math.max(SMALLEST_CELL, Math.floor(classesPerRow / CELLS_PER_ROW)));
}

function numRegions(numClasses: number, cellSize: number): number {
  return Math.ceil(Math.sqrt(numClasses / cellSize));
}

/** There are never more cells than this. */
export function mostCells(numClasses: number): number {
  return Math.floor(numClasses / SMALLEST_CELL) + numRegions(numClasses, SMALLEST_CELL);
}

export interface ClassCellsInputs {
  readonly centers: HostCenters;
  readonly shard: ShardOfClasses;
  readonly engine: Engine;
  readonly collective: Collective;
  /** See {@link cellSizeFor}. */
  readonly cellSize: number;
  readonly seed: number;
  /** Global step: each build draws anew. */
  readonly step: number;
}

/**
 * Clusters the classes of all ranks in two levels, so that a class is compared with about 2 sqrt(number of cells) centroids and not with
 * all: regions first, from a sample of the classes, then the cells of each region. All ranks call it together; up to ties in
 * rounding the cells do not depend on the number of ranks.
 */
export async function buildClassCells({
  centers,
  shard,
  engine,
  collective,
  cellSize,
  seed,
  step,
}: ClassCellsInputs): Promise<ClassCells> {
  const { numClasses, classStart, numLocalClasses } = shard;
  const everyClass = Int32Array.from({ length: numLocalClasses }, (_, local) => local);

  const regions = numRegions(numClasses, cellSize);
  const first = [...sampleRange({ seed, stream: REGION_STREAM, step }, numClasses, regions, 0, numClasses)];
  const regionCentroids = await gatherVectors(
    first.map((label) => label - classStart),
    centers,
    numLocalClasses,
    collective,
  );
  const trainingKey = { seed, stream: TRAINING_STREAM, step };
  const numTraining = Math.min(numClasses, TRAINING_CLASSES * regions);
  const training = sampleRange(trainingKey, numClasses, numTraining, classStart, classStart + numLocalClasses);
  const groupOf = (classes: Int32Array): MeansGroup[] => [{ classes, first: 0, numCentroids: regions }];
  const trainingGroups = groupOf(training.map((label) => label - classStart));
  await improveCentroids({ centers, groups: trainingGroups, engine }, regionCentroids, REGION_ROUNDS, collective);
  const regionOf = new Int32Array(numLocalClasses);
  await assignToCentroids({ centers, groups: groupOf(everyClass), engine }, regionCentroids, (localClass, region) => {
    regionOf[localClass] = region;
  });

  const members = await cellMembers(regionOf, regions, collective);
  const groups: MeansGroup[] = [];
  const seeds: number[] = [];
  for (const [region, size] of members.sizes.entries()) {
    const numCentroids = size === 0 ? 0 : Math.max(1, Math.floor(size / cellSize));
    const classes = members.local(region);
    groups.push({ classes, first: seeds.length, numCentroids });
    // The first centroids are members at even distances in class order; -1 is another rank's.
    for (let index = 0; index < numCentroids; index++) {
      const position = Math.floor(((index + 0.5) * size) / numCentroids) - members.numBefore[region]!;
      seeds.push(classes[position] ?? -1);
    }
  }
  const centroids = await gatherVectors(seeds, centers, numLocalClasses, collective);
  await improveCentroids({ centers, groups, engine }, centroids, CELL_ROUNDS, collective);
  const cellOf = new Int32Array(numLocalClasses);
  await assignToCentroids({ centers, groups, engine }, centroids, (localClass, cell) => {
    cellOf[localClass] = cell;
  });
  return { centroids, numCells: seeds.length, cellOf };
}

/** Unit vectors of classes of any rank, on every rank. Each names its own by local number; others are out of its range. */
async function gatherVectors(
  localClasses: readonly number[],
  centers: HostCenters,
  numLocalClasses: number,
  collective: Collective,
): Promise<Float32Array> {
  const { embeddingSize } = centers;
  const own = new Float32Array(localClasses.length * embeddingSize);
  for (const [index, local] of localClasses.entries()) {
    if (local < 0 || local >= numLocalClasses) continue;
    readVectors(centers, Int32Array.of(local), own.subarray(index * embeddingSize, (index + 1) * embeddingSize));
  }
  // One rank's numbers and zeros: exact.
  const vectors = await collective.allReduce(own, 'sum');
  takeDirections(vectors, vectors, embeddingSize);
  return vectors;
}
