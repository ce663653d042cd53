import { ArcFleetError } from '#contracts';
import type { RecordIndex } from './record-index.js';
import { scanRecords, type DamagedRegion, type ScannableFile } from './scan-records.js';

/** Keys of an index are uint32. */
const MAX_KEY = 0xffffffff;
const MAX_DAMAGES = 1000;

/** An index made from the `.rec` alone. */
export interface RebuiltIndex {
  /** In physical order. */
  readonly index: RecordIndex;
  /** `ids`: the keys are the id fields of the headers; `order`: the records are numbered as they lie. */
  readonly keysFrom: 'ids' | 'order';
  /** Regions that hold no sound record, the first 1,000. */
  readonly damaged: readonly DamagedRegion[];
  readonly numDamaged: number;
}

/**
 * Makes the index of a `.rec` by one sequential scan: 20 bytes of memory a record.
 *
 * InsightFace's `rec_builder.py` and MXNet's `im2rec.py` write the key into the header's id field, so ids that are unique
 * are the keys. Else (unindexed writers may leave 0) the records are numbered 0.. as they lie; a table of contents
 * (flag 2, no image, stating where the identity records begin) gets key 0 also when it lies last, the images then 1...
 *
 * @throws ArcFleetError `dataset_corrupt` when no record is found in a file that is not empty
 */
export async function rebuildRecordIndex(file: ScannableFile): Promise<RebuiltIndex> {
  let offsets = new Float64Array(1024);
  let ids = new Float64Array(1024);
  let count = 0;
  let numImages = 0;
  let last: { labels: Float32Array; isTable: boolean } | undefined;
  const damaged: DamagedRegion[] = [];
  let numDamaged = 0;
  await scanRecords(file, {
    record: ({ offset, header, id, payloadBytes }) => {
      if (count === offsets.length) {
        offsets = doubled(offsets);
        ids = doubled(ids);
      }
      offsets[count] = offset;
      // A record that is no image record has no id: the ids are not the keys then.
      ids[count++] = header ? id : NaN;
      if (header && payloadBytes > header.imageStart) numImages++;
      last = header && { labels: header.labels, isTable: header.flag === 2 && payloadBytes === header.imageStart };
    },
    damaged: (region) => {
      if (numDamaged++ < MAX_DAMAGES) damaged.push(region);
    },
  });
  if (count === 0 && file.sizeBytes > 0) {
    const message = `${file.path} (${file.sizeBytes} bytes) holds no record: ${damaged[0]?.why ?? 'it is empty'}. It is no RecordIO file.`;
    throw new ArcFleetError('dataset_corrupt', message, { file: file.path, byte: 0 });
  }
  offsets = offsets.slice(0, count);
  ids = ids.subarray(0, count);
  const keysFrom = areKeys(ids) ? 'ids' : 'order';
  // Numbered by order, the table that lies last states the keys of the images before it: 1..first-1.
  const isTableLast = last?.isTable === true && count > 1 && last.labels[0] === numImages + 1;
  const shift = keysFrom === 'order' && isTableLast ? 1 : 0;
  const keys = keysFrom === 'ids' ? Uint32Array.from(ids) : Uint32Array.from({ length: count }, (_, at) => at + shift);
  if (shift === 1) keys[count - 1] = 0;
  return { index: { keys, offsets }, keysFrom, damaged, numDamaged };
}

function areKeys(ids: Float64Array): boolean {
  let isRising = true;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (!(id <= MAX_KEY)) return false;
    if (i > 0 && id <= (ids[i - 1] as number)) isRising = false;
  }
  if (isRising) return true;
  const sorted = ids.slice().sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

function doubled(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}
