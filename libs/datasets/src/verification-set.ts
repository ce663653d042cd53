import { open, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArcFleetError } from '#contracts';
import { NumpyArray, numpyIntegers, parsePickle, PickleList, PickleTuple, type PickleValue } from '#formats';
import { readWhole, type ByteSource } from './bytes/byte-source.js';
import { listFolder } from './bytes/list-folder.js';
import { openByteSource, reopenByteSource } from './bytes/open-byte-source.js';
import type { RemoteAccess } from './bytes/remote-access.js';
import { joinPath } from './bytes/s3-path.js';

const EXTENSION = '.bin';
/** The file is held while it is parsed; the largest known ones have 150 MB. */
const MAX_BIN_BYTES = 2 ** 31 - 1;
const BEYOND_LATIN1 = /[^\x00-\xff]/;
/** The order in which the peers report them; others follow by name. */
const USUAL_ORDER = ['lfw', 'cfp_fp', 'agedb_30'];

/** Pairs of encoded face images: pair k is images 2k and 2k+1. Images are read when they are asked for. */
export interface VerificationSet {
  /** File name without its extension. */
  readonly name: string;
  readonly path: string;
  readonly numPairs: number;
  /** Per pair 1: the same person, 0: two people. */
  readonly isSame: Uint8Array;
  /** What tells its images from others without reading them: their sizes, or their paths below the root. */
  imageFacts(): Iterable<string | number>;
  /** One of 2 x numPairs encoded images. @throws ArcFleetError `dataset_corrupt`, `dataset_not_found`; RangeError: no such image */
  image(index: number): Promise<Uint8Array>;
  /** What an error message calls an image. */
  describe(index: number): string;
}

/** Names (without `.bin`) of the verification sets in a folder: lfw, cfp_fp, agedb_30 first, then by name. */
export async function listVerificationTargets(directory: string, access?: RemoteAccess): Promise<string[]> {
  const entries = await listFolder(directory, access);
  const place = (name: string): number => (USUAL_ORDER.includes(name) ? USUAL_ORDER.indexOf(name) : USUAL_ORDER.length);
  return entries
    .filter((entry) => entry.endsWith(EXTENSION) && entry.length > EXTENSION.length)
    .map((entry) => entry.slice(0, -EXTENSION.length))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The file of a target in a folder. */
export function verificationPath(directory: string, name: string): string {
  return joinPath(directory, `${name}${EXTENSION}`);
}

/**
 * Opens a verification `.bin`, local or `s3://`: a pickle of (encoded images, isSame list) as Python 2 and 3 write it. The file
 * is in memory while it is parsed; then only places are kept, and images are read by range (those that stand in the pickle as
 * text, in protocols 0 to 2 of Python 3, are kept).
 *
 * @throws ArcFleetError `dataset_not_found`, `pickle_refused` (naming file, opcode, byte), `dataset_invalid`; for `s3://` also
 * `storage_unavailable`, `dataset_changed`
 */
export async function openVerificationSet(path: string, access?: RemoteAccess): Promise<VerificationSet> {
  const source = await openByteSource(path, access);
  try {
    const bytes = await readWhole(source, MAX_BIN_BYTES);
    const { images, isSame } = parseBin(bytes, path);
    const { sizeBytes, version } = source;
    const places = images.map((image) => placeOf(image, bytes));
    return new BinFile(path, places, isSame, () => reopenByteSource(path, { sizeBytes, version }, access));
  } finally {
    await source.close();
  }
}

/** {@link openVerificationSet} on bytes in memory, which it holds; `path` names them in errors. */
export function parseVerificationSet(bytes: Uint8Array, path: string): VerificationSet {
  const { images, isSame } = parseBin(bytes, path);
  return new BinFile(path, images, isSame, () => openByteSource(path));
}

/** An image: its bytes, latin1 text that stands for them, or where they stand in the file. */
type Stored = Uint8Array | string | { readonly offset: number; readonly length: number };

class BinFile implements VerificationSet {
  readonly name: string;

  constructor(
    readonly path: string,
    private readonly images: readonly Stored[],
    readonly isSame: Uint8Array,
    /** The file is open only while an image is read: there is nothing to close. */
    private readonly open: () => Promise<ByteSource>,
  ) {
    this.name = basename(path, EXTENSION);
  }

  get numPairs(): number {
    return this.isSame.length;
  }

  imageFacts(): Iterable<number> {
    return this.images.map(({ length }) => length);
  }

  async image(index: number): Promise<Uint8Array> {
    const image = this.images[index];
    if (image === undefined) throw new RangeError(`There is no image ${index} of ${this.images.length} in ${this.path}`);
    if (typeof image === 'string') return Buffer.from(image, 'latin1');
    if (image instanceof Uint8Array) return image;
    const { offset, length } = image;
    const bytes = new Uint8Array(length);
    let count: number;
    const source = await this.open();
    try {
      count = await source.readInto(bytes, offset, length);
    } finally {
      await source.close();
    }
    if (count === length) return bytes;
    const message = `${this.describe(index)} ends at byte ${offset + count} of the file: it has become shorter. Fetch it again.`;
    throw new ArcFleetError('dataset_corrupt', message, { file: this.path, record: index, byte: offset + count });
  }

  describe(index: number): string {
    return `image ${index} of ${this.path}`;
  }
}

/** Where an image stands in the file; images that were decoded from something else stay as they are. */
function placeOf(image: Uint8Array | string, file: Uint8Array): Stored {
  if (typeof image === 'string' || image.buffer !== file.buffer) return image;
  return { offset: image.byteOffset - file.byteOffset, length: image.length };
}

function parseBin(bytes: Uint8Array, path: string): { images: (Uint8Array | string)[]; isSame: Uint8Array } {
  const invalid = (what: string): ArcFleetError => new ArcFleetError('dataset_invalid', `${path} ${what}`, { file: path });
  const root = items(parsePickle(bytes, path));
  const bins = root && items(root[0]);
  const same = root && flags(root[1]);
  if (root?.length !== 2 || bins === undefined || same === undefined) {
    throw invalid('must hold two things: a list of encoded images and a list of booleans');
  }
  if (bins.length !== same.length * 2) {
    throw invalid(`holds ${bins.length} images for ${same.length} pairs; there must be two images per pair`);
  }
  // Text that Python 3 made of Python 2's byte strings. A pickle can hold out the same text again and again: each is looked at once.
  const texts = new Map<string, boolean>();
  const isLatin1 = (text: string): boolean => {
    let answer = texts.get(text);
    if (answer === undefined) texts.set(text, (answer = !BEYOND_LATIN1.test(text)));
    return answer;
  };
  const images = bins.map((bin, index) => {
    const image = bin instanceof NumpyArray && bin.dtype === 'u1' ? bin.data : bin;
    const isImage = image instanceof Uint8Array || (typeof image === 'string' && isLatin1(image));
    if (!isImage || image.length === 0) {
      throw invalid(`has no encoded image at position ${index}`);
    }
    return image;
  });
  const isSame = Uint8Array.from(same, (value, index) => {
    if (value === true || value === 1) return 1;
    if (value === false || value === 0) return 0;
    throw invalid(`has no boolean for pair ${index}`);
  });
  return { images, isSame };
}

/**
 * Writes a verification `.bin` that Python 3 reads with `pickle.load` and InsightFace with `encoding='bytes'`:
 * protocol 4, BINBYTES, lists appended by the thousand.
 */
export async function writeVerificationSet(
  path: string,
  images: readonly Uint8Array[],
  isSame: ArrayLike<number | boolean>,
): Promise<void> {
  if (images.length !== isSame.length * 2) {
    throw new ArcFleetError('dataset_invalid', `${path}: ${images.length} images for ${isSame.length} pairs`, { file: path });
  }
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(encodeVerificationSet(images, isSame));
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** The pickle that {@link writeVerificationSet} writes. */
export function encodeVerificationSet(images: readonly Uint8Array[], isSame: ArrayLike<number | boolean>): Uint8Array {
  const out: Uint8Array[] = [Uint8Array.of(0x80, 4)];
  const list = <T>(values: ArrayLike<T>, encode: (value: T) => void): void => {
    out.push(Uint8Array.of(0x5d));
    for (let start = 0; start < values.length; start += 1000) {
      out.push(Uint8Array.of(0x28));
      for (let i = start; i < Math.min(start + 1000, values.length); i++) encode(values[i] as T);
      out.push(Uint8Array.of(0x65));
    }
  };
  list(images, (image) => {
    const head = new Uint8Array(5);
    head[0] = 0x42;
    new DataView(head.buffer).setUint32(1, image.length, true);
    out.push(head, image);
  });
  list(isSame, (same) => out.push(Uint8Array.of(same ? 0x88 : 0x89)));
  out.push(Uint8Array.of(0x86, 0x2e));
  return Buffer.concat(out);
}

function items(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return value instanceof PickleList || value instanceof PickleTuple ? value.items : undefined;
}

function flags(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return value instanceof NumpyArray ? numpyIntegers(value) : items(value);
}
