import { ArcFleetError } from '#contracts';
import type { Collective } from '#collective';

/**
 * Softmax statistics of B rows over some classes: `sumExp` is the sum of exp(logit - max). `max` is -Infinity and `sumExp`
 * 0 over no classes. `target` is the target's logit on the rank that owns it.
 */
export interface RowStatistics {
  readonly max: Float64Array;
  readonly sumExp: Float64Array;
}

/** The softmax of the global batch, the same numbers on every rank. */
export interface GlobalSoftmax {
  /** Per row, log of the sum of exp(logit) over all classes. */
  readonly logSumExp: Float64Array;
  /** Mean over rows of -log softmax of the target. */
  readonly loss: number;
}

export function emptyStatistics(numRows: number): RowStatistics {
  return { max: new Float64Array(numRows).fill(-Infinity), sumExp: new Float64Array(numRows) };
}

/** Merges `max`/`sumExp` of further classes into row `row`: online log-sum-exp. NaN stays NaN. */
export function mergeRow(into: RowStatistics, row: number, max: number, sumExp: number): void {
  const before = into.max[row]!;
  if (sumExp === 0) return;
  if (before === -Infinity) {
    into.max[row] = max;
    into.sumExp[row] = sumExp;
    return;
  }
  const merged = Math.max(before, max);
  into.max[row] = merged;
  into.sumExp[row] = into.sumExp[row]! * Math.exp(before - merged) + sumExp * Math.exp(max - merged);
}

/**
 * The one exchange of a head step: every rank's (max, sum, target logit) per row, merged by every rank in rank order, so that
 * all agree on the loss and on whether it is finite before any row of W changes.
 *
 * @param targets logit of the target, one entry per row, NaN where another rank owns it.
 * @throws ArcFleetError `non_finite` on every rank, naming the step and the first rank whose numbers are not finite.
 */
export async function exchangeSoftmax(
  local: RowStatistics,
  targets: Float64Array,
  owned: readonly number[],
  step: number,
  collective: Collective,
): Promise<GlobalSoftmax> {
  const numRows = targets.length;
  // Rows of the payload: max, sum, target, and whether the target is here.
  const data = new Float32Array(4 * numRows);
  data.set(local.max, 0);
  data.set(local.sumExp, numRows);
  for (const row of owned) {
    data[2 * numRows + row] = targets[row]!;
    data[3 * numRows + row] = 1;
  }
  const gathered = await collective.allGather({ dtype: 'float32', shape: [4, numRows], data });

  const merged = emptyStatistics(numRows);
  const target = new Float64Array(numRows);
  const numOwners = new Uint8Array(numRows);
  for (const [rank, { data: values }] of gathered.entries()) {
    for (let row = 0; row < numRows; row++) {
      const max = values[row]!;
      const sumExp = values[numRows + row]!;
      const logit = values[2 * numRows + row]!;
      const isEmpty = max === -Infinity && sumExp === 0;
      if (!isEmpty && !(Number.isFinite(max) && Number.isFinite(sumExp) && Number.isFinite(logit))) {
        throw new ArcFleetError(
          'non_finite',
          `Step ${step}: the logits of rank ${rank} are not finite (row ${row} of the batch)`,
          {
            step,
            rank,
            row,
          },
        );
      }
      if (!isEmpty) mergeRow(merged, row, max, sumExp);
      if (values[3 * numRows + row] === 1) {
        target[row] = logit;
        numOwners[row]!++;
      }
    }
  }

  const logSumExp = new Float64Array(numRows);
  let sum = 0;
  for (let row = 0; row < numRows; row++) {
    if (numOwners[row] !== 1) {
      throw new ArcFleetError('shape_mismatch', `Step ${step}: ${numOwners[row]} ranks own the target of row ${row}, not one`, {
        step,
        row,
      });
    }
    logSumExp[row] = merged.max[row]! + Math.log(merged.sumExp[row]!);
    sum += logSumExp[row]! - target[row]!;
  }
  const loss = sum / numRows;
  if (!Number.isFinite(loss)) {
    throw new ArcFleetError('non_finite', `Step ${step}: the loss is ${loss}`, { step, rank: null });
  }
  return { logSumExp, loss };
}
