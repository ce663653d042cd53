import { ArcFleetError, reportError } from '#contracts';
import type { RemoteAccess } from '../bytes/remote-access.js';
import { joinPath } from '../bytes/s3-path.js';
import { isMissing, readProperty as openProperty, type DatasetProperty } from '../faces-emore.js';
import { rebuildRecordIndex } from '../recordio/rebuild-index.js';
import { RecordFile } from '../recordio/record-file.js';
import { readRecordIndex, risingOrder, type RecordIndex } from '../recordio/record-index.js';
import { scanRecords, type FoundRecord } from '../recordio/scan-records.js';
import type { DecodeChecks } from './decode-checks.js';
import type { ImageHash } from './image-hash.js';
import type { ProblemList, ValidateOptions } from './problems.js';
import { checkIdentities, type StatedRange } from './validate-identities.js';

/** Value of a key that no index names. */
const NO_KEY = -1;

/** What the records hold beside what is wrong with them. */
export interface RecordContents {
  readonly numImages: number;
  /** Those that have images. */
  readonly numIdentities: number;
  /** Undefined: there is no readable `property`. */
  readonly property: DatasetProperty | undefined;
  /** Of the images, in no order that matters. */
  readonly labels: Int32Array;
  readonly imageBytes: number;
}

/** Checks `property`, `train.idx` and every record of `train.rec`. With `hash` every image is read, decoded or not. */
export async function validateRecords(
  path: string,
  problems: ProblemList,
  checks: DecodeChecks | undefined,
  hash: ImageHash | undefined,
  { signal, onProgress, access }: ValidateOptions,
): Promise<RecordContents> {
  const property = await readProperty(joinPath(path, 'property'), problems, access);
  const file = await RecordFile.open(joinPath(path, 'train.rec'), access);
  try {
    const idxPath = joinPath(path, 'train.idx');
    const index = await openIndex(idxPath, file, problems, access);
    const images = new ImageTable();
    const ranges: StatedRange[] = [];
    const cursor = index && new IndexCursor(index, idxPath, problems);
    const total = Math.max(1, index?.keys.length ?? 1);
    let visited = 0;
    let imageBytes = 0;

    const visit = async (record: FoundRecord): Promise<void> => {
      signal?.throwIfAborted();
      const { offset, header } = record;
      const key = cursor ? cursor.keyAt(offset) : NO_KEY;
      const at = { byte: offset, ...(key === NO_KEY ? {} : { key }) };
      onProgress?.(Math.min(++visited, total), total);
      if (!header) {
        problems.broken('header', file.path, `its ${record.payloadBytes} bytes are too few for its image header`, at);
        return;
      }
      if (record.payloadBytes === header.imageStart) {
        const [first, end] = header.labels;
        if (first === undefined || end === undefined) {
          problems.broken('image', file.path, 'holds neither an image nor a range of keys', at);
          return;
        }
        ranges.push({ key, first, end });
        return;
      }
      if (key === NO_KEY && cursor) return; // told by the cursor; nobody reads it
      const label = header.label;
      const numClasses = property?.numClasses ?? 2 ** 31 - 1;
      if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
        problems.broken('label', file.path, `its label ${label} is not one of the ${numClasses} classes that property names`, at);
      } else images.add(key, label);
      imageBytes += record.payloadBytes - header.imageStart;
      if (!checks && !hash) return;
      const image = (await record.payload()).subarray(header.imageStart);
      hash?.add(key, label, image);
      if (!checks) return;
      const what = `record ${key === NO_KEY ? `at byte ${offset}` : key} of ${file.path}`;
      await checks.add(image, what, (why) => problems.broken('image', file.path, why, at));
    };
    await scanRecords(file, {
      record: visit,
      damaged: ({ start, end, why }) =>
        problems.broken('damage', file.path, `bytes ${start}..${end} are no sound record: ${why}`, { byte: start }),
    });
    await checks?.finish();
    cursor?.finish(file.sizeBytes);
    const identities = checkIdentities({ property, images, ranges, recPath: file.path, problems });
    return { numImages: images.count, numIdentities: identities, property, labels: images.labels, imageBytes };
  } finally {
    await file.close();
  }
}

async function readProperty(
  path: string,
  problems: ProblemList,
  access: RemoteAccess | undefined,
): Promise<DatasetProperty | undefined> {
  try {
    return await openProperty(path, access);
  } catch (error) {
    if (isTransient(error)) throw error;
    problems.broken('property', path, reportError(error).message);
    return undefined;
  }
}

/** Storage that does not answer says nothing about the data. */
export const isTransient = (error: unknown): boolean => error instanceof ArcFleetError && error.code === 'storage_unavailable';

/** The index, rebuilt where there is none that can be read; undefined where no record can be found either. */
async function openIndex(
  path: string,
  file: RecordFile,
  problems: ProblemList,
  access: RemoteAccess | undefined,
): Promise<RecordIndex | undefined> {
  try {
    return await readRecordIndex(path, access);
  } catch (error) {
    if (isTransient(error)) throw error;
    if (isMissing(error)) problems.note('index', path, 'is missing; `arcfleet data index` writes it');
    else problems.broken('index', path, `${reportError(error).message} \`arcfleet data index --force\` rebuilds it.`);
  }
  try {
    return (await rebuildRecordIndex(file)).index;
  } catch (error) {
    if (error instanceof ArcFleetError && error.code === 'dataset_corrupt') return undefined; // the scan tells
    throw error;
  }
}

/** Walks an index beside the scan, both by rising offset. */
class IndexCursor {
  private readonly order: Uint32Array;
  private next = 0;
  private numUnnamed = 0;
  private firstUnnamed = 0;

  constructor(
    private readonly index: RecordIndex,
    private readonly path: string,
    private readonly problems: ProblemList,
  ) {
    this.order = risingOrder(index.offsets);
    const { keys } = index;
    const byKey = risingOrder(keys);
    byKey.forEach((line, i) => {
      const before = i > 0 ? keys[byKey[i - 1] as number] : undefined;
      if (keys[line] === before)
        problems.broken('index', path, `line ${line + 1} names key ${before} again`, { key: before as number });
    });
  }

  /** Key of the record that the scan found at `offset`; -1: the index names none. */
  keyAt(offset: number): number {
    this.strayUntil(offset);
    let key = NO_KEY;
    for (; this.offsetOfNext() === offset; this.next++) {
      const line = this.order[this.next] as number;
      if (key === NO_KEY) key = this.index.keys[line] as number;
      else
        this.problems.broken('index', this.path, `line ${line + 1} names byte ${offset}, which is key ${key}`, {
          key: this.index.keys[line] as number,
          byte: offset,
        });
    }
    if (key === NO_KEY && this.numUnnamed++ === 0) this.firstUnnamed = offset;
    return key;
  }

  finish(sizeBytes: number): void {
    this.strayUntil(Infinity, sizeBytes);
    if (this.numUnnamed === 0) return;
    const why = `names ${this.numUnnamed} sound records of train.rec not at all, the first at byte ${this.firstUnnamed}`;
    this.problems.broken('index', this.path, why, { byte: this.firstUnnamed });
  }

  private strayUntil(offset: number, sizeBytes = Infinity): void {
    for (; this.offsetOfNext() < offset; this.next++) {
      const line = this.order[this.next] as number;
      const [key, byte] = [this.index.keys[line] as number, this.index.offsets[line] as number];
      const why =
        byte >= sizeBytes ? `which is behind the end of train.rec (${sizeBytes} bytes)` : 'where no sound record begins';
      this.problems.broken('index', this.path, `line ${line + 1} places key ${key} at byte ${byte}, ${why}`, { key, byte });
    }
  }

  private offsetOfNext(): number {
    return this.next < this.order.length ? (this.index.offsets[this.order[this.next] as number] as number) : Infinity;
  }
}

/** Keys and labels of the images as they are met. */
export class ImageTable {
  private keyArray = new Float64Array(1024);
  private labelArray = new Int32Array(1024);
  count = 0;

  add(key: number, label: number): void {
    if (this.count === this.keyArray.length) {
      const [keys, labels] = [new Float64Array(this.count * 2), new Int32Array(this.count * 2)];
      keys.set(this.keyArray);
      labels.set(this.labelArray);
      [this.keyArray, this.labelArray] = [keys, labels];
    }
    this.keyArray[this.count] = key;
    this.labelArray[this.count++] = label;
  }

  get keys(): Float64Array {
    return this.keyArray.subarray(0, this.count);
  }

  get labels(): Int32Array {
    return this.labelArray.subarray(0, this.count);
  }
}
