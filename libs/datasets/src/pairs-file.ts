import { basename, extname } from 'node:path';
import { ArcFleetError } from '#contracts';
import { readWhole } from './bytes/byte-source.js';
import { openByteSource } from './bytes/open-byte-source.js';
import type { RemoteAccess } from './bytes/remote-access.js';
import { joinPath } from './bytes/s3-path.js';
import { readImageFile } from './image-folder/image-files.js';
import type { VerificationSet } from './verification-set.js';

/** Ten million pairs are not more. */
const MAX_BYTES = 2 ** 30;
/** No line is longer: two paths and a digit. */
const MAX_LINE = 16 * 1024;

/** Paths of a set's images, inside the folder of images, and who is the same. Pair k is images 2k and 2k+1. */
export interface PairsList {
  readonly images: readonly string[];
  readonly isSame: Uint8Array;
}

/**
 * Opens a list of pairs whose images are files below `imagesRoot`; both may be `s3://`. Three kinds of lines are read:
 *
 * - LFW's `pairs.txt` (vis-www.cs.umass.edu/lfw/README.txt): a header (`folds<TAB>pairs`, or one number of pairs of each kind), then
 *   `name n1 n2` for one person's images `name/name_0001.jpg` and `name1 n1 name2 n2` for two people's; also without header;
 * - `path1 path2 1` (the same person) and `path1 path2 0`.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` naming file, line and byte; for `s3://` also `storage_unavailable`
 */
export async function openPairsFile(pairsPath: string, imagesRoot: string, access?: RemoteAccess): Promise<VerificationSet> {
  return new PairsSet(pairsPath, imagesRoot, await readPairsFile(pairsPath, access), access);
}

/** The list alone. @throws ArcFleetError as {@link openPairsFile} */
export async function readPairsFile(path: string, access?: RemoteAccess): Promise<PairsList> {
  const source = await openByteSource(path, access);
  try {
    return parsePairs(await readWhole(source, MAX_BYTES), path);
  } finally {
    await source.close();
  }
}

/** The pairs of a list; `file` names it in errors. @throws ArcFleetError `dataset_invalid` naming file, line and byte */
export function parsePairs(bytes: Uint8Array, file: string): PairsList {
  const images: string[] = [];
  const isSame: number[] = [];
  const text = new TextDecoder('utf-8', { fatal: true });
  let expected: number | null = null;
  let line = 0;
  for (let start = 0, end: number; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(0x0a, start);
    if (end < 0) end = bytes.length;
    line++;
    const refuse = (what: string): ArcFleetError => refusal(file, line, start, what);
    if (end - start > MAX_LINE) throw refuse(`it is ${end - start} bytes long`);
    let content: string;
    try {
      content = text.decode(bytes.subarray(start, end)).trim();
    } catch {
      throw refuse('it is no UTF-8');
    }
    if (content === '') continue;
    const words = content.split(content.includes('\t') ? /\t+ */ : / +/).map((word) => word.trim());
    if (images.length === 0 && expected === null && words.length <= 2 && words.every((word) => /^\d{1,9}$/.test(word))) {
      // Folds and pairs of each kind per fold, or (the development lists) pairs of each kind alone.
      expected = 2 * words.reduce((product, word) => product * Number(word), 1);
      continue;
    }
    const pair = parseLine(words, refuse);
    images.push(...pair.paths);
    isSame.push(pair.same);
  }
  if (isSame.length === 0) throw refusal(file, line + 1, bytes.length, 'there is no pair');
  if (expected !== null && expected !== isSame.length) {
    throw refusal(file, line + 1, bytes.length, `the header announces ${expected} pairs, but ${isSame.length} follow`);
  }
  return { images, isSame: Uint8Array.from(isSame) };
}

function parseLine(words: readonly string[], refuse: (what: string) => ArcFleetError): { paths: [string, string]; same: number } {
  const [a = '', b = '', c = '', d = ''] = words;
  if (words.length === 3 && isNumber(b) && isNumber(c)) return { paths: [lfwPath(a, b, refuse), lfwPath(a, c, refuse)], same: 1 };
  if (words.length === 4 && isNumber(b) && isNumber(d)) return { paths: [lfwPath(a, b, refuse), lfwPath(c, d, refuse)], same: 0 };
  if (words.length === 3 && (c === '0' || c === '1')) return { paths: [inside(a, refuse), inside(b, refuse)], same: Number(c) };
  throw refuse('it is neither "name n1 n2" nor "name1 n1 name2 n2" nor "path1 path2 0|1"');
}

function isNumber(word: string): boolean {
  return /^\d{1,9}$/.test(word);
}

function lfwPath(name: string, number: string, refuse: (what: string) => ArcFleetError): string {
  return inside(`${name}/${name.slice(name.lastIndexOf('/') + 1)}_${String(Number(number)).padStart(4, '0')}.jpg`, refuse);
}

/** A list must not name files outside the folder of images. */
function inside(path: string, refuse: (what: string) => ArcFleetError): string {
  if (path === '' || path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..')) {
    throw refuse(`${JSON.stringify(path.slice(0, 120))} is no path inside the folder of images`);
  }
  return path;
}

function refusal(file: string, line: number, byte: number, what: string): ArcFleetError {
  const message = `${file}: line ${line} (byte ${byte}): ${what}. Correct the list of pairs.`;
  return new ArcFleetError('dataset_invalid', message, { file, line, byte });
}

class PairsSet implements VerificationSet {
  readonly name: string;
  readonly isSame: Uint8Array;

  constructor(
    readonly path: string,
    private readonly root: string,
    private readonly list: PairsList,
    private readonly access: RemoteAccess | undefined,
  ) {
    this.name = basename(path, extname(path));
    this.isSame = list.isSame;
  }

  get numPairs(): number {
    return this.isSame.length;
  }

  imageFacts(): Iterable<string> {
    return this.list.images;
  }

  async image(index: number): Promise<Uint8Array> {
    const file = this.describe(index);
    return readImageFile(file, { access: this.access, root: this.root });
  }

  describe(index: number): string {
    const image = this.list.images[index];
    if (image === undefined) throw new RangeError(`There is no image ${index} of ${this.list.images.length} in ${this.path}`);
    return joinPath(this.root, image);
  }
}
