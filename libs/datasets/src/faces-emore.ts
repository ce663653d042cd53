import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { parseRecordHeader, type RecordHeader } from './recordio/record-format.js';
import { RecordFile } from './recordio/record-file.js';
import { rebuildRecordIndex } from './recordio/rebuild-index.js';
import { readRecordIndex, risingOrder, type RecordIndex } from './recordio/record-index.js';
import { damagedRegionError } from './recordio/scan-records.js';
import { scanHeaders } from './recordio/scan-headers.js';
import type { SampleLocations, SampleSource } from './sample-reader.js';
import type { TrainingSet } from './training-set.js';

/** Record 0 and the labels are float32: whole numbers are exact only up to here. */
const EXACT_FLOAT32 = 2 ** 24;

/** Labels are int32. */
const MAX_CLASSES = 2 ** 31 - 1;

/** The first line of `property`: number of classes, height, width. */
export interface DatasetProperty {
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
}

/** Parses the text of a `property` file. Throws `dataset_invalid`. */
export function parseProperty(text: string, file: string): DatasetProperty {
  const match = /^\s*(\d{1,10})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*(?:[\r\n,]|$)/.exec(text);
  const [numClasses, height, width] = (match?.slice(1) ?? []).map(Number);
  if (!numClasses || numClasses > MAX_CLASSES || !height || !width || height > 4096 || width > 4096) {
    const message = `${file} must begin with "classes,height,width", for example "85742,112,112"; found ${JSON.stringify(text.slice(0, 60))}`;
    throw new ArcFleetError('dataset_invalid', message, { file });
  }
  return { numClasses, height, width };
}

/**
 * Opens a folder in the `faces_emore` layout: `train.rec`, `train.idx`, `property`. Without `train.idx` the records are
 * found by a scan first (a note of the set says so); nothing is written.
 *
 * One sequential pass reads every record's header, so that a label outside 0..numClasses-1 (`dataset_invalid`, naming
 * file, key and label) or a damaged file (`dataset_corrupt`, naming file, key and byte) is found before training.
 * Samples are the records that hold an image; record 0 and the identity records hold none. The key ranges that they
 * state are float32 and wrong beyond 2^24, so they are not used to tell samples from identity records.
 */
export async function openFacesEmore(path: string): Promise<TrainingSet> {
  const recPath = join(path, 'train.rec');
  const property = await readProperty(join(path, 'property'));
  const file = await RecordFile.open(recPath);
  try {
    const { index, notes } = await indexOf(file, join(path, 'train.idx'));
    const samples = new SampleTable(index.keys.length, property, file.path);
    await scanHeaders(file, index, ({ key, offset, header, hasImage }) => {
      if (hasImage) samples.add(key, offset, header.label);
      else if (key === 0) checkRecordZero(header, property, recPath);
    });
    return new FacesEmore(path, property, file, samples, notes);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function indexOf(file: RecordFile, idxPath: string): Promise<{ index: RecordIndex; notes: string[] }> {
  if (existsSync(idxPath)) return { index: await readRecordIndex(idxPath), notes: [] };
  const { index, keysFrom, damaged } = await rebuildRecordIndex(file);
  const [first] = damaged;
  if (first) throw damagedRegionError(file.path, first);
  const source = keysFrom === 'ids' ? 'keys are the ids of the records' : 'keys count the records as they lie';
  const note = `${idxPath} is missing: ${index.keys.length} records were found by a scan, ${source}. \`arcfleet data index\` writes it once for all.`;
  return { index, notes: [note] };
}

class FacesEmore implements TrainingSet {
  readonly kind = 'faces_emore';
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
  readonly labels: Int32Array;
  private readonly keys: Uint32Array;
  private readonly offsets: Float64Array;

  constructor(
    readonly path: string,
    property: DatasetProperty,
    private readonly file: RecordFile,
    samples: SampleTable,
    readonly notes: readonly string[],
  ) {
    ({ numClasses: this.numClasses, height: this.height, width: this.width } = property);
    ({ keys: this.keys, offsets: this.offsets, labels: this.labels } = samples.sortedByKey());
  }

  get source(): SampleSource {
    return { kind: 'records', path: this.file.path };
  }

  locate(indices: Uint32Array): SampleLocations {
    const keys = Uint32Array.from(indices, (index) => this.keys[index] as number);
    const offsets = Float64Array.from(indices, (index) => this.offsets[index] as number);
    return { kind: 'records', keys, offsets };
  }

  get numImages(): number {
    return this.labels.length;
  }

  async read(index: number): Promise<Uint8Array> {
    const key = this.keys[index];
    const offset = this.offsets[index];
    if (key === undefined || offset === undefined) {
      throw new RangeError(`Sample ${index} is outside 0..${this.numImages - 1} of ${this.path}`);
    }
    const payload = await this.file.read(offset, key);
    const header = parseRecordHeader(payload);
    if (header === undefined) throw this.file.corrupt(key, offset, 'is too short for its image header');
    return payload.subarray(header.imageStart);
  }

  describe(index: number): string {
    return `record ${this.keys[index]} of ${this.file.path}`;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Keys, offsets and labels of the samples as they are met; 16 bytes a sample. */
class SampleTable {
  private readonly keys: Uint32Array;
  private readonly offsets: Float64Array;
  private readonly labels: Int32Array;
  private count = 0;

  constructor(
    capacity: number,
    private readonly property: DatasetProperty,
    private readonly recPath: string,
  ) {
    this.keys = new Uint32Array(capacity);
    this.offsets = new Float64Array(capacity);
    this.labels = new Int32Array(capacity);
  }

  add(key: number, offset: number, label: number): void {
    const { numClasses } = this.property;
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

  sortedByKey(): { keys: Uint32Array; offsets: Float64Array; labels: Int32Array } {
    if (this.count === 0) {
      throw new ArcFleetError('dataset_invalid', `${this.recPath} holds no image`, { file: this.recPath });
    }
    const order = risingOrder(this.keys.subarray(0, this.count));
    const keys = new Uint32Array(this.count);
    const offsets = new Float64Array(this.count);
    const labels = new Int32Array(this.count);
    order.forEach((from, to) => {
      keys[to] = this.keys[from] as number;
      offsets[to] = this.offsets[from] as number;
      labels[to] = this.labels[from] as number;
      if (to > 0 && keys[to] === keys[to - 1]) {
        const message = `The .idx beside ${this.recPath} names record ${keys[to]} twice. Rebuild the .idx.`;
        throw new ArcFleetError('dataset_corrupt', message, { file: this.recPath, record: keys[to], byte: offsets[to] });
      }
    });
    return { keys, offsets, labels };
  }
}

/** Record 0 without image states (first identity key, end of identity keys): their difference is the class count. */
function checkRecordZero(header: RecordHeader, property: DatasetProperty, recPath: string): void {
  const [first, end] = header.labels;
  if (first === undefined || end === undefined || first >= EXACT_FLOAT32 || end >= EXACT_FLOAT32) return;
  if (end - first !== property.numClasses) {
    const message =
      `Record 0 of ${recPath} names ${end - first} identities (keys ${first}..${end - 1}), but property names ${property.numClasses} classes. ` +
      'One of the two files belongs to another data set.';
    throw new ArcFleetError('dataset_invalid', message, {
      file: recPath,
      record: 0,
      identities: end - first,
      numClasses: property.numClasses,
    });
  }
}

async function readProperty(file: string): Promise<DatasetProperty> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `Cannot read ${file}: ${(error as Error).message}. A faces_emore folder holds train.rec, train.idx and property.`;
    throw new ArcFleetError('dataset_not_found', message, { file }, { cause: error });
  }
  return parseProperty(text, file);
}
