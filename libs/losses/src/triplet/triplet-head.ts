import type { Payload } from '#collective';
import { ArcFleetError, type TripletLossConfig } from '#contracts';
import type { Head, HeadRows, HeadStepInputs, HeadStepResult } from '../head.js';
import { NORM_EPSILON } from '../batch.js';
import { PAIR_DISTANCES, type PairDistanceLaw } from './pair-distance.js';

export interface TripletHeadOptions {
  readonly loss: TripletLossConfig;
  readonly embeddingSize: number;
  /** Rows of the global batch come in blocks of that many: a third anchors, then their positives, then their negatives. */
  readonly blockSize: number;
  readonly rank: number;
  readonly worldSize: number;
}

/** Rows of the batch that make a triplet. */
interface Triplet {
  readonly anchor: number;
  readonly positive: number;
  readonly negative: number;
}

/**
 * Mean of relu(d(a, p) - d(a, n) + margin) over the triplets of the global batch, on embeddings of unit length: d is the
 * squared distance (`triplet`) or the angle (`atriplet`); Schroff et al., FaceNet, 2015, (3). The derivative is the true one.
 *
 * Nothing here is trained, so there are no slots. Every rank knows the whole batch and computes the loss by itself, in float64
 * and in one order: the same bits on all of them, and no collective. Gradients it computes for its own share of the blocks
 * only; the other rows are zero.
 */
export class TripletHead implements Head {
  readonly slots = [];
  readonly classStart = 0;
  readonly numLocalClasses = 0;
  private readonly distanceOf: PairDistanceLaw;

  constructor(private readonly options: TripletHeadOptions) {
    if (options.blockSize % 3 !== 0) throw new RangeError(`A block of ${options.blockSize} rows holds no whole triplets`);
    this.distanceOf = PAIR_DISTANCES[options.loss.name];
  }

  /**
   * @throws ArcFleetError `non_finite` naming step and rank; `shape_mismatch` when the rows are no whole blocks;
   *   `dataset_invalid` when a triplet's labels are not those of one; on all ranks alike.
   */
  step(inputs: HeadStepInputs): Promise<HeadStepResult> {
    return Promise.resolve().then(() => this.compute(inputs));
  }

  private compute(inputs: HeadStepInputs): HeadStepResult {
    const { blockSize, rank, worldSize } = this.options;
    const { rows, features } = this.openBatch(inputs);
    const numBlocks = rows.length / blockSize;
    const [firstOwn, endOwn] = [Math.floor((rank * numBlocks) / worldSize), Math.floor(((rank + 1) * numBlocks) / worldSize)];
    const numTriplets = rows.length / 3;
    const dFeatures = new Float32Array(features);
    let sum = 0;
    let active = 0;
    let positiveDistance = 0;
    let negativeDistance = 0;
    for (let block = 0; block < numBlocks; block++) {
      for (const triplet of tripletsOf(block, blockSize)) {
        checkLabels(triplet, inputs);
        const { positive, negative, hinge, pull } = this.measure(triplet, rows);
        positiveDistance += positive;
        negativeDistance += negative;
        if (hinge <= 0) continue;
        sum += hinge;
        active++;
        if (block >= firstOwn && block < endOwn) pull(dFeatures, 1 / numTriplets);
      }
    }
    return {
      loss: sum / numTriplets,
      dFeatures,
      metrics: {
        activeTriplets: active / numTriplets,
        anchorPositiveDistance: positiveDistance / numTriplets,
        anchorNegativeDistance: negativeDistance / numTriplets,
      },
    };
  }

  /** Distances of one triplet, and `pull`, which writes the gradients (times `weight`) of its three rows. */
  private measure({ anchor, positive, negative }: Triplet, rows: readonly UnitRow[]) {
    const [a, p, n] = [rows[anchor]!, rows[positive]!, rows[negative]!];
    const [ap, an] = [product(a, p), product(a, n)];
    const [near, far] = [this.distanceOf(a.square, p.square, ap), this.distanceOf(a.square, n.square, an)];
    const pull = (target: Float32Array, weight: number): void => {
      const { embeddingSize: size } = this.options;
      // g: gradient by the unit row; then (g - x^ (x^ g)) / |x|, where x^ g follows from the products above.
      const own = near.own - far.own;
      const alongA = own * a.square + near.other * ap - far.other * an;
      const alongP = near.own * p.square + near.other * ap;
      const alongN = -(far.own * n.square + far.other * an);
      for (let d = 0; d < size; d++) {
        const [x, y, z] = [a.values[d]! * a.inverse, p.values[d]! * p.inverse, n.values[d]! * n.inverse];
        target[anchor * size + d] = (own * x + near.other * y - far.other * z - alongA * x) * a.inverse * weight;
        target[positive * size + d] = (near.own * y + near.other * x - alongP * y) * p.inverse * weight;
        target[negative * size + d] = (-(far.own * z + far.other * x) - alongN * z) * n.inverse * weight;
      }
    };
    return { positive: near.value, negative: far.value, hinge: near.value - far.value + this.options.loss.margin, pull };
  }

  /** The rows of the batch with their norms; no copy of the payloads. */
  private openBatch({ features, labels, step }: HeadStepInputs): { rows: UnitRow[]; features: number } {
    const { embeddingSize, blockSize } = this.options;
    const payloads = features instanceof Float32Array ? [asPayload(features, embeddingSize)] : features;
    const numValues = payloads.reduce((sum, { data }) => sum + data.length, 0);
    if (labels.length === 0 || labels.length % blockSize !== 0 || numValues !== labels.length * embeddingSize) {
      throw new ArcFleetError(
        'shape_mismatch',
        `Step ${step}: ${numValues} feature values and ${labels.length} labels do not make blocks of ${blockSize} rows of ${embeddingSize}`,
        { step, numRows: labels.length, blockSize, embeddingSize },
      );
    }
    const rows: UnitRow[] = [];
    for (const [rank, { dtype, data }] of payloads.entries()) {
      if (dtype !== 'float32') throw new ArcFleetError('shape_mismatch', `Features must be float32, not ${dtype}`);
      for (let start = 0; start < data.length; start += embeddingSize) {
        const row = unitRow(data.subarray(start, start + embeddingSize) as Float32Array);
        if (!Number.isFinite(row.square)) {
          const where = features instanceof Float32Array ? null : rank;
          const from = where === null ? '' : ` of rank ${where}`;
          throw new ArcFleetError(
            'non_finite',
            `Step ${step}: the embeddings${from} are not finite (row ${rows.length} of the batch)`,
            { step, rank: where, row: rows.length },
          );
        }
        rows.push(row);
      }
    }
    return { rows, features: numValues };
  }

  // A generator, as the interface wants it: a loss without class centers has nothing to give.
  async *rows(): AsyncGenerator<HeadRows> {}

  load(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {}
}

/** An embedding and what makes it a unit row: x^ = x `inverse`, |x^|^2 = `square`. */
interface UnitRow {
  readonly values: Float32Array;
  readonly inverse: number;
  readonly square: number;
}

function unitRow(values: Float32Array): UnitRow {
  let sum = 0;
  for (const value of values) sum += value * value;
  const inverse = 1 / Math.sqrt(sum + NORM_EPSILON);
  return { values, inverse, square: sum * inverse * inverse };
}

function product(x: UnitRow, y: UnitRow): number {
  let sum = 0;
  for (let d = 0; d < x.values.length; d++) sum += x.values[d]! * y.values[d]!;
  return sum * x.inverse * y.inverse;
}

function* tripletsOf(block: number, blockSize: number): Generator<Triplet> {
  const third = blockSize / 3;
  const start = block * blockSize;
  for (let anchor = start; anchor < start + third; anchor++) {
    yield { anchor, positive: anchor + third, negative: anchor + 2 * third };
  }
}

function checkLabels({ anchor, positive, negative }: Triplet, { labels, step }: HeadStepInputs): void {
  if (labels[anchor] === labels[positive] && labels[anchor] !== labels[negative]) return;
  throw new ArcFleetError(
    'dataset_invalid',
    `Step ${step}: rows ${anchor}, ${positive} and ${negative} of the batch have the labels ${labels[anchor]}, ${labels[positive]} and ${labels[negative]}, which make no triplet`,
    { step, row: anchor },
  );
}

function asPayload(features: Float32Array, embeddingSize: number): Payload {
  return { dtype: 'float32', shape: [features.length / embeddingSize, embeddingSize], data: features };
}
