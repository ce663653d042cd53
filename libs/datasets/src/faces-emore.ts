import { ArcFleetError } from '#contracts';
import { openByteSource } from './bytes/open-byte-source.js';
import type { RemoteAccess } from './bytes/remote-access.js';
import { joinPath } from './bytes/s3-path.js';
import { RecordFile } from './recordio/record-file.js';
import { parseRecordHeader, type RecordHeader } from './recordio/record-format.js';
import { rebuildRecordIndex } from './recordio/rebuild-index.js';
import { parseRecordIndex, type RecordIndex } from './recordio/record-index.js';
import { readSamples, writeSamples } from './recordio/sample-cache.js';
import { SampleTable, type Samples } from './recordio/sample-table.js';
import { damagedRegionError } from './recordio/scan-records.js';
import { scanHeaders } from './recordio/scan-headers.js';
import type { SampleLocations, SampleSource } from './sample-source.js';
import type { OpenOptions, TrainingSet } from './training-set.js';

/** Lines behind the first (shuffled sets write three more) are not read. */
const PROPERTY_BYTES = 4096;

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
 * found by a scan first (a note of the set says so); nothing is written. One that is there and cannot be opened is an error.
 *
 * One sequential pass reads every record's header, so that a label outside 0..numClasses-1 (`dataset_invalid`, naming
 * file, key and label) or a damaged file (`dataset_corrupt`, naming file, key and byte) is found before training.
 * Samples are the records that hold an image; record 0 and the identity records hold none. The key ranges that they
 * state are float32 and wrong beyond 2^24, so they are not used to tell samples from identity records. Where record 0
 * holds an image itself (im2rec lists, shuffled sets), every record is a sample. What the pass found is kept in the cache
 * folder, if there is one, under sizes and times of both files (or their ETags).
 */
export async function openFacesEmore(path: string, options: OpenOptions = {}): Promise<TrainingSet> {
  const { access } = options;
  const recPath = joinPath(path, 'train.rec');
  const property = await readProperty(joinPath(path, 'property'), access);
  checkSize(property, options, path);
  const file = await RecordFile.open(recPath, access);
  try {
    const found = await findSamples(file, joinPath(path, 'train.idx'), property, access);
    return new FacesEmore(path, property, file, found, access);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Samples, and what whoever opens the set should know. */
interface Found {
  readonly samples: Samples;
  readonly notes: readonly string[];
}

/** By the pass over all headers, or from the cache where one pass over just these files was made before. */
async function findSamples(
  file: RecordFile,
  idxPath: string,
  property: DatasetProperty,
  access: RemoteAccess | undefined,
): Promise<Found> {
  const { numClasses } = property;
  const cacheFolder = access?.cacheFolder;
  const idx = await openByteSource(idxPath, access).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (idx === null) return findWithoutIndex(file, idxPath, property);
  try {
    if (cacheFolder === undefined) return { samples: await scanSamples(file, await parseRecordIndex(idx), property), notes: [] };
    const key = { recPath: file.path, versions: [file.version, idx.version], numClasses };
    const known = await readSamples(cacheFolder, key);
    if (known !== null) return { samples: known, notes: [] };
    const samples = await scanSamples(file, await parseRecordIndex(idx), property);
    await writeSamples(cacheFolder, key, samples);
    return { samples, notes: [] };
  } finally {
    await idx.close();
  }
}

/** There is no such file, as against one that may not be read: an index that is forbidden must not be rebuilt at great cost. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') return false;
  return error.details['status'] === 404 || (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

async function findWithoutIndex(file: RecordFile, idxPath: string, property: DatasetProperty): Promise<Found> {
  const { index, keysFrom, damaged } = await rebuildRecordIndex(file);
  const [first] = damaged;
  if (first) throw damagedRegionError(file.path, first);
  const source = keysFrom === 'ids' ? 'keys are the ids of the records' : 'keys count the records as they lie';
  const note = `${idxPath} is missing: ${index.keys.length} records were found by a scan, ${source}. \`arcfleet data index\` writes it once for all.`;
  return { samples: await scanSamples(file, index, property), notes: [note] };
}

async function scanSamples(file: RecordFile, index: RecordIndex, property: DatasetProperty): Promise<Samples> {
  const table = new SampleTable(index.keys.length, property.numClasses, file.path);
  await scanHeaders(file, index, ({ key, offset, header, hasImage }) => {
    if (hasImage) table.add(key, offset, header.label);
    else if (key === 0) checkRecordZero(header, property, file.path);
  });
  return table.sortedByKey();
}

class FacesEmore implements TrainingSet {
  readonly kind = 'faces_emore';
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
  readonly labels: Int32Array;
  readonly notes: readonly string[];
  private readonly keys: Uint32Array;
  private readonly offsets: Float64Array;

  constructor(
    readonly path: string,
    property: DatasetProperty,
    private readonly file: RecordFile,
    { samples, notes }: Found,
    private readonly access: RemoteAccess | undefined,
  ) {
    ({ numClasses: this.numClasses, height: this.height, width: this.width } = property);
    this.notes = notes;
    ({ keys: this.keys, offsets: this.offsets, labels: this.labels } = samples);
  }

  get source(): SampleSource {
    return { kind: 'records', path: this.file.path, ...(this.access === undefined ? {} : { access: this.access }) };
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

/** The size of a recorded set is what property says. */
function checkSize(property: DatasetProperty, { height, width }: OpenOptions, path: string): void {
  if ((height ?? property.height) === property.height && (width ?? property.width) === property.width) return;
  const message =
    `The configuration asks for images of ${height ?? '?'} x ${width ?? '?'}, but property of ${path} says ${property.height} x ${property.width}. ` +
    'Leave height and width out: only folders of images need them.';
  throw new ArcFleetError('dataset_invalid', message, { file: path, height: property.height, width: property.width });
}

/** Reads a `property` file. @throws ArcFleetError `dataset_not_found`, `dataset_invalid`, `storage_unavailable` */
export async function readProperty(file: string, access: RemoteAccess | undefined): Promise<DatasetProperty> {
  const source = await openByteSource(file, access).catch((error: unknown) => {
    if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    const message = `${error.message}. A faces_emore folder holds train.rec, train.idx and property.`;
    throw new ArcFleetError('dataset_not_found', message, error.details, { cause: error });
  });
  try {
    const head = new Uint8Array(Math.min(source.sizeBytes, PROPERTY_BYTES));
    const count = await source.readInto(head, 0, head.length);
    return parseProperty(new TextDecoder().decode(head.subarray(0, count)), file);
  } finally {
    await source.close();
  }
}
