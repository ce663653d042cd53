import type { CellMembers } from './cell-members.js';
import type { ChosenClasses, ShardOfClasses } from './class-sampler.js';
import { positiveClasses } from './class-sampler.js';
import type { NearestCells } from './nearest-cells.js';

/**
 * The batch's own classes, and the members of the cells that are nearest to its rows: first every row's nearest cell, then every
 * row's second, until `quota` classes are chosen (of the last cell only the first ones) or the lists end.
 */
export function chooseCells(
  { lists, labelCells }: NearestCells,
  labels: Int32Array,
  members: CellMembers,
  quota: number,
  shard: ShardOfClasses,
): ChosenClasses {
  const positives = positiveClasses(labels, shard);
  const isPositive = new Set(positives.local);
  const positivesIn = positivesByCell(labels, labelCells, shard.classStart);
  const chosen = [...positives.local];
  let { numBefore, total } = positives;

  const seen = new Set<number>();
  const depth = lists[0]?.length ?? 0;
  for (let at = 0; at < depth && total < quota; at++) {
    for (const list of lists) {
      const cell = list[at]!;
      if (seen.has(cell)) continue;
      seen.add(cell);
      // All numbers are of members that are not positives: those are chosen already.
      const own = positivesIn.get(cell) ?? { total: 0, before: 0 };
      const taken = Math.min(quota - total, members.sizes[cell]! - own.total);
      const below = members.numBefore[cell]! - own.before;
      numBefore += Math.min(taken, below);
      let here = Math.max(0, taken - below);
      for (const local of members.local(cell)) {
        if (here === 0) break;
        if (isPositive.has(local)) continue;
        chosen.push(local);
        here--;
      }
      total += taken;
      if (total >= quota) break;
    }
  }
  return { local: Int32Array.from(chosen).sort(), numBefore, total };
}

/** Distinct positives of each cell, on all ranks and on lower ones. */
function positivesByCell(labels: Int32Array, labelCells: Int32Array, classStart: number) {
  const byCell = new Map<number, { total: number; before: number }>();
  const counted = new Set<number>();
  for (const [row, label] of labels.entries()) {
    if (counted.has(label)) continue;
    counted.add(label);
    const cell = labelCells[row]!;
    const count = byCell.get(cell) ?? { total: 0, before: 0 };
    byCell.set(cell, { total: count.total + 1, before: count.before + (label < classStart ? 1 : 0) });
  }
  return byCell;
}
