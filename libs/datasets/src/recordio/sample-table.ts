import { ArcFleetError } from '#contracts';
import { isRising, risingOrder } from './record-index.js';

/** Where the samples of a `.rec` lie and whose they are, in rising order of keys; 16 bytes a sample. */
export interface Samples {
  readonly keys: Uint32Array;
  readonly offsets: Float64Array;
  readonly labels: Int32Array;
}

/** Keys, offsets and labels of the samples as they are met. */
export class SampleTable {
  private readonly keys: Uint32Array;
  private readonly offsets: Float64Array;
  private readonly labels: Int32Array;
  private count = 0;

  constructor(
    capacity: number,
    private readonly numClasses: number,
    private readonly recPath: string,
  ) {
    this.keys = new Uint32Array(capacity);
    this.offsets = new Float64Array(capacity);
    this.labels = new Int32Array(capacity);
  }

  /** @throws ArcFleetError `dataset_invalid`: no label of this set */
  add(key: number, offset: number, label: number): void {
    const { numClasses } = this;
    if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
      const message =
        `Record ${key} of ${this.recPath} has label ${label}, but property names ${numClasses} classes (labels 0..${numClasses - 1}). ` +
        'Correct property or renumber the labels.';
      throw new ArcFleetError('dataset_invalid', message, { file: this.recPath, record: key, byte: offset, label, numClasses });
    }
    this.keys[this.count] = key;
    this.offsets[this.count] = offset;
    this.labels[this.count] = label;
    this.count++;
  }

  /** @throws ArcFleetError `dataset_invalid` (no image), `dataset_corrupt` (a key twice) */
  sortedByKey(): Samples {
    const { count, recPath } = this;
    if (count === 0) throw new ArcFleetError('dataset_invalid', `${recPath} holds no image`, { file: recPath });
    let [keys, offsets, labels] = [this.keys.subarray(0, count), this.offsets.subarray(0, count), this.labels.subarray(0, count)];
    if (!isRising(keys)) {
      const order = risingOrder(keys);
      keys = reorder(keys, order, new Uint32Array(count));
      offsets = reorder(offsets, order, new Float64Array(count));
      labels = reorder(labels, order, new Int32Array(count));
    }
    for (let i = 1; i < count; i++) {
      if (keys[i] !== keys[i - 1]) continue;
      const message = `The .idx beside ${recPath} names record ${keys[i]} twice. Rebuild the .idx.`;
      throw new ArcFleetError('dataset_corrupt', message, { file: recPath, record: keys[i], byte: offsets[i] });
    }
    return { keys, offsets, labels };
  }
}

function reorder<T extends Uint32Array | Float64Array | Int32Array>(from: T, order: Uint32Array, to: T): T {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
  return to;
}
