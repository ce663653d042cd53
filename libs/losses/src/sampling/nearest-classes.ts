import { RANDOM_STREAMS, type ClassSamplingConfig } from '#contracts';
import type { Collective } from '#collective';
import type { Engine } from '#engine';
import { tf } from '#engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadSlot } from '../head.js';
import { cellMembers, type CellMembers } from './cell-members.js';
import { chooseCells } from './choose-cells.js';
import { buildClassCells, cellSizeFor, type ClassCells } from './class-cells.js';
import {
  classQuota,
  fillUp,
  positiveClasses,
  type ClassSampler,
  type ClassSelection,
  type SelectionInputs,
  type ShardOfClasses,
} from './class-sampler.js';
import type { HostCenters } from './host-centers.js';
import { IndexLoader, indexRows, indexSlots } from './index-slots.js';
import { nearestCells } from './nearest-cells.js';
import { neighborRecall } from './neighbor-recall.js';

/** Names that many times more cells per row than an even share of the quota: rows meet in the same cells. */
const SPARE_CELLS = 4;

export interface NearestClassesOptions extends ShardOfClasses {
  readonly sampling: Extract<ClassSamplingConfig, { name: 'nearest' }>;
  readonly seed: number;
  readonly engine: Engine;
  readonly centers: HostCenters;
}

/** The index while it is in use. */
interface OpenIndex {
  readonly cells: ClassCells;
  readonly members: CellMembers;
  readonly centroids_KD: Tensor2D;
}

/**
 * Dynamic class selection (Zhang et al., "Accelerated Training for Massive Classification via Dynamic Class Selection", AAAI
 * 2018): the batch's own classes and those whose centers are nearest to its rows, by an index over W; what the index does not
 * fill is drawn at random. The paper hashes W into a forest; here classes are clustered into cells by their direction.
 *
 * The index is built from W at the first step of every `refreshSteps` and kept until the next time; a checkpoint holds it. The
 * selection is the same at any number of ranks, up to ties in rounding.
 */
export class NearestClasses implements ClassSampler {
  readonly slots: readonly HeadSlot[];
  private index: OpenIndex | null = null;
  /** What a checkpoint gave and no step has opened yet. */
  private loader: IndexLoader | null = null;

  constructor(private readonly options: NearestClassesOptions) {
    this.slots = indexSlots(options, options.centers.embeddingSize);
  }

  async select(inputs: SelectionInputs): Promise<ClassSelection> {
    const { step, features, labels, collective } = inputs;
    const { sampling, seed, numClasses, engine } = this.options;
    const quota = classQuota(sampling, numClasses);
    const positives = positiveClasses(labels, this.options);
    const classesPerRow = Math.max(0, quota - positives.total) / labels.length;
    const { cells, members, centroids_KD } = await this.indexAt(step, classesPerRow, collective);
    const depth = Math.min(cells.numCells, Math.ceil((SPARE_CELLS * classesPerRow * cells.numCells) / numClasses) + SPARE_CELLS);
    const cellOfLabel = (label: number) => cells.cellOf[label - this.options.classStart] ?? -1;
    const nearest = await nearestCells({ features, labels, centroids_KD, depth, cellOfLabel, engine, collective });
    const chosen = chooseCells(nearest, labels, members, quota, this.options);
    const local = fillUp(chosen, quota, this.options, { seed, stream: RANDOM_STREAMS.classSampling, step });
    const numActive = Math.max(quota, positives.total);
    // When the index is new and when it is oldest.
    if (!this.isRefresh(step) && !this.isRefresh(step + 1)) return { local, numActive, metrics: {} };
    const recall = { ...this.options, features, labels, selected: local, collective };
    return { local, numActive, metrics: { nearestRecall: await neighborRecall(recall) } };
  }

  rows(start: number, numRows: number): Record<string, Float32Array> {
    if (this.loader) return this.loader.rows(start, numRows);
    return indexRows(this.index?.cells ?? null, this.options, this.options.centers.embeddingSize, start, numRows);
  }

  load(start: number, numRows: number, given: Readonly<Record<string, Float32Array>>): void {
    this.close();
    this.loader ??= new IndexLoader(this.options, this.options.centers.embeddingSize);
    this.loader.take(start, numRows, given);
  }

  dispose(): void {
    this.close();
    this.loader = null;
  }

  private isRefresh(step: number): boolean {
    return (step - 1) % this.options.sampling.refreshSteps === 0;
  }

  private async indexAt(step: number, classesPerRow: number, collective: Collective): Promise<OpenIndex> {
    const { seed, engine, centers } = this.options;
    const loaded = this.loader && !this.isRefresh(step) ? await this.loader.open(collective) : null;
    this.loader = null;
    if (this.index && !this.isRefresh(step)) return this.index;
    const cellSize = cellSizeFor(classesPerRow);
    const build = { centers, shard: this.options, engine, collective, cellSize, seed, step };
    const cells = loaded ?? (await buildClassCells(build));
    const members = await cellMembers(cells.cellOf, cells.numCells, collective);
    this.close();
    // A copy: a backend may keep the array it is given.
    const centroids_KD = tf.tensor2d(cells.centroids.slice(), [cells.numCells, centers.embeddingSize]);
    this.index = { cells, members, centroids_KD };
    return this.index;
  }

  private close(): void {
    this.index?.centroids_KD.dispose();
    this.index = null;
  }
}
