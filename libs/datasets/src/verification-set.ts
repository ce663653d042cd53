import { open, readdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { parsePickle } from '#formats';
import { NumpyArray, PickleList, PickleTuple, type PickleValue } from '#formats';

const EXTENSION = '.bin';
/** The order in which the peers report them; others follow by name. */
const USUAL_ORDER = ['lfw', 'cfp_fp', 'agedb_30'];

/** Pairs of encoded face images: pair k is images 2k and 2k+1. */
export interface VerificationSet {
  /** File name without `.bin`. */
  readonly name: string;
  readonly path: string;
  readonly numPairs: number;
  /** 2 x numPairs encoded images (JPEG or PNG). */
  readonly images: readonly Uint8Array[];
  /** Per pair 1: the same person, 0: two people. */
  readonly isSame: Uint8Array;
}

/** Names (without `.bin`) of the verification sets in a folder: lfw, cfp_fp, agedb_30 first, then by name. */
export async function listVerificationTargets(directory: string): Promise<string[]> {
  const entries = await readdir(directory).catch((error: Error) => {
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot list ${directory}: ${error.message}`,
      { file: directory },
      { cause: error },
    );
  });
  const place = (name: string): number => (USUAL_ORDER.includes(name) ? USUAL_ORDER.indexOf(name) : USUAL_ORDER.length);
  return entries
    .filter((entry) => entry.endsWith(EXTENSION) && entry.length > EXTENSION.length)
    .map((entry) => entry.slice(0, -EXTENSION.length))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The file of a target in a folder. */
export function verificationPath(directory: string, name: string): string {
  return join(directory, `${name}${EXTENSION}`);
}

/**
 * Reads a verification `.bin`: a pickle of (encoded images, isSame list) as Python 2 and 3 write it.
 * Throws `dataset_not_found`, `pickle_refused` (naming file, opcode, byte) or `dataset_invalid`.
 */
export async function openVerificationSet(path: string): Promise<VerificationSet> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${error.message}`, { file: path }, { cause: error });
  });
  return parseVerificationSet(bytes, path);
}

/** {@link openVerificationSet} on bytes in memory; `path` names them in errors. */
export function parseVerificationSet(bytes: Uint8Array, path: string): VerificationSet {
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
  const images = bins.map((bin, index) => {
    const image = bin instanceof NumpyArray && bin.dtype === 'u1' ? bin.data : bin;
    if (!(image instanceof Uint8Array) || image.length === 0) throw invalid(`has no encoded image at position ${index}`);
    return image;
  });
  const isSame = Uint8Array.from(same, (value, index) => {
    if (value === true || value === 1) return 1;
    if (value === false || value === 0) return 0;
    throw invalid(`has no boolean for pair ${index}`);
  });
  return { name: basename(path, EXTENSION), path, numPairs: isSame.length, images, isSame };
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
  return value instanceof NumpyArray ? Array.from(value.data, (byte) => byte !== 0) : items(value);
}
