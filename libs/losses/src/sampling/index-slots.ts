import { ArcFleetError } from '#contracts';
import type { Collective } from '#collective';
import type { HeadSlot } from '../head.js';
import { mostCells, type ClassCells } from './class-cells.js';
import type { ShardOfClasses } from './class-sampler.js';

const CELL = 'cell';
const CENTROIDS = 'cell_centroids';
/** In place of a cell: there was no index yet. */
const NO_CELL = -1;

/**
 * What a checkpoint keeps of an index: the cell of each class, and a share of the centroids. Centroids are no property of a
 * class, but spread evenly over all classes they go into the same files and come back at any number of ranks: class c holds
 * numbers `c * width ..` of one sequence, which is their count followed by the centroids in order. At most 1/16 of W.
 */
export function indexSlots({ numClasses }: ShardOfClasses, embeddingSize: number): [cell: HeadSlot, centroids: HeadSlot] {
  const width = Math.ceil((1 + mostCells(numClasses) * embeddingSize) / numClasses);
  return [
    { name: CELL, width: 1, isOptional: true },
    { name: CENTROIDS, width, isOptional: true },
  ];
}

/** The slots of consecutive local classes. */
export function indexRows(
  cells: ClassCells | null,
  shard: ShardOfClasses,
  embeddingSize: number,
  start: number,
  numRows: number,
): Record<string, Float32Array> {
  const [, { width }] = indexSlots(shard, embeddingSize);
  const cell = new Float32Array(numRows).fill(NO_CELL);
  const centroids = new Float32Array(numRows * width);
  if (cells) {
    cell.set(cells.cellOf.subarray(start, start + numRows));
    const first = (shard.classStart + start) * width - 1;
    if (first < 0) centroids[0] = cells.numCells;
    const from = Math.max(0, first);
    centroids.set(cells.centroids.subarray(from, Math.max(from, first + centroids.length)), from - first);
  }
  return { [CELL]: cell, [CENTROIDS]: centroids };
}

/** Puts an index together again from the slots of all ranks' classes. */
export class IndexLoader {
  private readonly cellOf: Int32Array;
  private readonly pieces: Float32Array;
  private readonly width: number;

  constructor(
    private readonly shard: ShardOfClasses,
    private readonly embeddingSize: number,
  ) {
    const [, { width }] = indexSlots(shard, embeddingSize);
    this.width = width;
    this.cellOf = new Int32Array(shard.numLocalClasses).fill(NO_CELL);
    this.pieces = new Float32Array(shard.numLocalClasses * width);
  }

  /**
   * Takes what a checkpoint gave for consecutive local classes; one that was written without an index gives nothing.
   *
   * @throws ArcFleetError `checkpoint_mismatch` when a length does not fit.
   */
  take(start: number, numRows: number, given: Readonly<Record<string, Float32Array>>): void {
    const [cell, centroids] = [given[CELL], given[CENTROIDS]];
    if (!cell && !centroids) return;
    if (cell?.length !== numRows || centroids?.length !== numRows * this.width) {
      const first = this.shard.classStart + start;
      throw new ArcFleetError(
        'checkpoint_mismatch',
        `Classes ${first}..${first + numRows - 1} need ${numRows} values of ${CELL} and ${numRows * this.width} of ${CENTROIDS}, the checkpoint gave ${cell?.length ?? 0} and ${centroids?.length ?? 0}`,
        { classStart: first, numRows, width: this.width },
      );
    }
    this.cellOf.set(cell, start);
    this.pieces.set(centroids, start * this.width);
  }

  /** What was taken, for a checkpoint that is written before anything else happened. */
  rows(start: number, numRows: number): Record<string, Float32Array> {
    return {
      [CELL]: Float32Array.from(this.cellOf.subarray(start, start + numRows)),
      [CENTROIDS]: this.pieces.slice(start * this.width, (start + numRows) * this.width),
    };
  }

  /** The index as it was, or null where there was none. One all-gather; all ranks call it together. */
  async open(collective: Collective): Promise<ClassCells | null> {
    const gathered = await collective.allGather({ dtype: 'float32', shape: [this.pieces.length], data: this.pieces });
    const sequence = new Float32Array(gathered.reduce((sum, { data }) => sum + data.length, 0));
    let offset = 0;
    for (const { data } of gathered) {
      sequence.set(data, offset);
      offset += data.length;
    }
    const numCells = sequence[0] ?? 0;
    if (numCells === 0) return null;
    return { numCells, centroids: sequence.slice(1, 1 + numCells * this.embeddingSize), cellOf: this.cellOf };
  }
}
