import { ArcFleetError } from '#contracts';
import type { RemoteAccess } from '../bytes/remote-access.js';
import type { SampleLocations, SampleReader, SampleSource } from '../sample-source.js';
import type { OpenOptions, TrainingSet } from '../training-set.js';
import { FileTable } from './file-table.js';
import { openImageFiles } from './image-files.js';
import { listImages } from './list-images.js';

const DEFAULT_SIZE = 112;

/**
 * Opens a folder, local or `s3://`, that holds one folder of images (jpg, jpeg, png, webp) per identity. Identities in the
 * order of their names (UTF-16 code units, as JavaScript sorts) are the labels 0, 1, ...; a folder without images is none. Images of another size than
 * `height` x `width` are resized when they are decoded. Memory: the length of each image's path, and 12 bytes.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` (no image, a link that leaves the folder); for `s3://` also
 * `storage_unavailable`
 */
export async function openImageFolder(path: string, options: OpenOptions = {}): Promise<TrainingSet> {
  const { access, height = DEFAULT_SIZE, width = DEFAULT_SIZE } = options;
  const files = new FileTable();
  const etags = new FileTable();
  const labels = new GrowingNumbers(Int32Array);
  const sizes = new GrowingNumbers(Float64Array);
  // Identities are numbered as they come; where a listing does not come in the order of names, they are renumbered.
  const identities = new Map<string, number>();
  for await (const { identity, file, facts } of listImages(path, access)) {
    let label = identities.get(identity);
    if (label === undefined) identities.set(identity, (label = identities.size));
    files.add(`${identity}/${file}`);
    labels.add(label);
    if (facts) {
      etags.add(facts.etag);
      sizes.add(facts.sizeBytes);
    }
  }
  if (files.length === 0) {
    const message = `${path} holds neither train.rec nor images. It must hold one folder per identity, with jpg, png or webp files in it.`;
    throw new ArcFleetError('dataset_invalid', message, { file: path });
  }
  const names = [...identities.keys()].sort();
  const rank = new Int32Array(names.length);
  names.forEach((name, label) => (rank[identities.get(name) as number] = label));
  const numbers = labels.finish().map((label) => rank[label] as number);
  return new ImageFolder({
    path,
    access,
    height,
    width,
    files,
    etags,
    sizes: sizes.finish(),
    labels: numbers,
    numClasses: names.length,
  });
}

interface ImageFolderParts {
  readonly path: string;
  readonly access: RemoteAccess | undefined;
  readonly height: number;
  readonly width: number;
  readonly files: FileTable;
  readonly etags: FileTable;
  readonly sizes: Float64Array;
  readonly labels: Int32Array;
  readonly numClasses: number;
}

class ImageFolder implements TrainingSet {
  readonly kind = 'image_folder';
  readonly path: string;
  readonly height: number;
  readonly width: number;
  readonly numClasses: number;
  readonly labels: Int32Array;
  private readonly reader: SampleReader;

  constructor(private readonly parts: ImageFolderParts) {
    ({ path: this.path, height: this.height, width: this.width, numClasses: this.numClasses, labels: this.labels } = parts);
    this.reader = openImageFiles(this.path, parts.access);
  }

  get source(): SampleSource {
    const { path, access } = this.parts;
    return { kind: 'files', path, ...(access === undefined ? {} : { access }) };
  }

  locate(indices: Uint32Array): SampleLocations {
    const { files, etags, sizes } = this.parts;
    const isRemote = etags.length > 0;
    return {
      kind: 'files',
      names: Array.from(indices, (index) => files.name(index)),
      sizes: isRemote ? Float64Array.from(indices, (index) => sizes[index] as number) : new Float64Array(0),
      etags: isRemote ? Array.from(indices, (index) => etags.name(index)) : [],
    };
  }

  get numImages(): number {
    return this.labels.length;
  }

  read(index: number): Promise<Uint8Array> {
    return this.reader.read(this.locate(Uint32Array.of(index)), 0);
  }

  describe(index: number): string {
    return this.reader.describe(this.locate(Uint32Array.of(index)), 0);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

/** A typed array that grows by half. */
class GrowingNumbers<T extends Int32Array | Float64Array> {
  private values: T;
  private count = 0;

  constructor(private readonly make: new (length: number) => T) {
    this.values = new make(1024);
  }

  add(value: number): void {
    if (this.count === this.values.length) {
      const larger = new this.make(Math.ceil(this.count * 1.5));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }

  finish(): T {
    return this.values.slice(0, this.count) as T;
  }
}
