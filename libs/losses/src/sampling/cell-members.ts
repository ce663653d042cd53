import type { Collective } from '#collective';

/** Which classes are in which cell: this rank's by name, the others' by number. */
export interface CellMembers {
  /** Members on all ranks, per cell. */
  readonly sizes: Int32Array;
  /** Members on lower ranks, per cell. */
  readonly numBefore: Int32Array;
  /** This rank's members of a cell, relative to its shard, in rising order. */
  local(cell: number): Int32Array;
}

/** Sorts this rank's classes by cell and counts those of all ranks: one all-gather of a number per cell. */
export async function cellMembers(cellOf: Int32Array, numCells: number, collective: Collective): Promise<CellMembers> {
  const starts = new Int32Array(numCells + 1);
  for (const cell of cellOf) starts[cell + 1]!++;
  const gathered = await collective.allGather({ dtype: 'int32', shape: [numCells], data: starts.slice(1) });
  const sizes = new Int32Array(numCells);
  const numBefore = new Int32Array(numCells);
  for (const [rank, { data }] of gathered.entries()) {
    for (let cell = 0; cell < numCells; cell++) {
      sizes[cell]! += data[cell]!;
      if (rank < collective.rank) numBefore[cell]! += data[cell]!;
    }
  }
  for (let cell = 0; cell < numCells; cell++) starts[cell + 1]! += starts[cell]!;
  const next = starts.slice();
  const members = new Int32Array(cellOf.length);
  for (let local = 0; local < cellOf.length; local++) members[next[cellOf[local]!]!++] = local;
  return { sizes, numBefore, local: (cell) => members.subarray(starts[cell]!, starts[cell + 1]!) };
}
