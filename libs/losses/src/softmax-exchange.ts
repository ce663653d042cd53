import { ArcFleetError } from '#contracts';
import type { Collective } from '#collective';

/** Logits closer than this, in proportion, are equal: float32 does not tell them apart. */
const TIE = 1e-6;

/**
 * Softmax statistics of B rows over some classes, without the rows' targets: `sumExp` is the sum of exp(logit - max). Over no
 * classes `max` is -Infinity and `sumExp` 0.
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
  /** Share of rows whose target, without its margin, has the largest logit of the classes that took part. */
  readonly accuracy: number;
}

/** The targets that a rank owns: NaN in rows that another rank owns. */
export interface TargetLogits {
  readonly owned: readonly number[];
  readonly logits: Float64Array;
  /** Without margin. */
  readonly plainLogits: Float64Array;
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
 * The one exchange of a head step: every rank's (max, sum, target logit with and without margin) per row, merged by every rank in rank
 * order, so that
 * all agree on the loss and on whether it is finite before any row of W changes.
 *
 * @throws ArcFleetError `non_finite` on every rank, naming the step and the first rank whose numbers are not finite.
 */
export async function exchangeSoftmax(
  local: RowStatistics,
  { owned, logits, plainLogits }: TargetLogits,
  step: number,
  collective: Collective,
): Promise<GlobalSoftmax> {
  const numRows = logits.length;
  // Rows of the payload: max, sum, target, and the target without margin where it is here.
  const data = new Float32Array(4 * numRows).fill(-Infinity, 3 * numRows);
  data.set(local.max, 0);
  data.set(local.sumExp, numRows);
  for (const row of owned) {
    data[2 * numRows + row] = logits[row]!;
    data[3 * numRows + row] = plainLogits[row]!;
  }
  const gathered = await collective.allGather({ dtype: 'float32', shape: [4, numRows], data });

  const merged = emptyStatistics(numRows);
  const target = new Float64Array(numRows);
  const plainTarget = new Float64Array(numRows);
  const numOwners = new Uint8Array(numRows);
  for (const [rank, { data: values }] of gathered.entries()) {
    for (let row = 0; row < numRows; row++) {
      const max = values[row]!;
      const sumExp = values[numRows + row]!;
      const logit = values[2 * numRows + row]!;
      const isEmpty = max === -Infinity && sumExp === 0;
      const isFinite = isEmpty || (Number.isFinite(max) && Number.isFinite(sumExp));
      if (!isFinite || !Number.isFinite(logit)) {
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
      const plainLogit = values[3 * numRows + row]!;
      if (plainLogit !== -Infinity) {
        target[row] = logit;
        plainTarget[row] = plainLogit;
        numOwners[row]!++;
      }
    }
  }

  const logSumExp = new Float64Array(numRows);
  let sum = 0;
  let numRight = 0;
  for (let row = 0; row < numRows; row++) {
    if (numOwners[row] !== 1) {
      throw new ArcFleetError('shape_mismatch', `Step ${step}: ${numOwners[row]} ranks own the target of row ${row}, not one`, {
        step,
        row,
      });
    }
    // Before the target joins them: the largest logit of the other classes.
    const largest = merged.max[row]!;
    if (plainTarget[row]! >= largest - TIE * (1 + Math.abs(largest))) numRight++;
    mergeRow(merged, row, target[row]!, 1);
    logSumExp[row] = merged.max[row]! + Math.log(merged.sumExp[row]!);
    sum += logSumExp[row]! - target[row]!;
  }
  const loss = sum / numRows;
  if (!Number.isFinite(loss)) {
    throw new ArcFleetError('non_finite', `Step ${step}: the loss is ${loss}`, { step, rank: null });
  }
  return { logSumExp, loss, accuracy: numRight / numRows };
}
