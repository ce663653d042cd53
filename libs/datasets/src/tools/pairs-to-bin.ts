import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import { encodeVerificationSet } from '../verification-set.js';
import { encodeFace } from './encode-face.js';
import { readAhead } from './read-ahead.js';
import { writeCompleteFile, type WriteCompleteOptions } from './write-complete.js';

const IMAGES_AHEAD = 16;

/** A pair of image files below a root. */
interface FilePair {
  readonly first: string;
  readonly second: string;
  readonly isSame: boolean;
}

export interface PairsToBinOptions extends Omit<WriteCompleteOptions, 'inputs'> {
  /** Default 112 x 112. */
  readonly size?: ImageSize | undefined;
  /** JPEG quality that every image is encoded anew with; default: only images of another size are, with 95. */
  readonly quality?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Makes a verification `.bin` of a list of pairs and the images that it names.
 * Lists: LFW's `pairs.txt` (`name n1 n2`, `name1 n1 name2 n2`; its head line is passed over), or `path1 path2 0|1`.
 * @throws ArcFleetError `dataset_invalid` naming list and line, `dataset_not_found`, `dataset_corrupt` naming the image
 */
export async function pairsToBin(
  pairsFile: string,
  root: string,
  output: string,
  options: PairsToBinOptions = {},
): Promise<{ numPairs: number; numSame: number }> {
  const { size = { height: 112, width: 112 }, quality, signal, onProgress } = options;
  const text = await readFile(pairsFile, 'utf8').catch((error: Error) => {
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot read ${pairsFile}: ${error.message}`,
      { file: pairsFile },
      { cause: error },
    );
  });
  const pairs = parsePairs(text, pairsFile);
  return writeCompleteFile(output, options, async (temporary) => {
    const names = pairs.flatMap(({ first, second }) => [first, second]);
    const images: Uint8Array[] = [];
    const encode = async (name: string): Promise<Uint8Array> =>
      encodeFace(await readImage(root, name), size, quality, join(root, name));
    for await (const image of readAhead(names, IMAGES_AHEAD, encode)) {
      signal?.throwIfAborted();
      images.push(image);
      onProgress?.(images.length, names.length);
    }
    const isSame = pairs.map((pair) => pair.isSame);
    await writeFile(temporary, encodeVerificationSet(images, isSame));
    return { numPairs: pairs.length, numSame: isSame.filter(Boolean).length };
  });
}

function parsePairs(text: string, file: string): FilePair[] {
  const pairs: FilePair[] = [];
  for (const [line, raw] of text.split('\n').entries()) {
    const fields = raw.trim().split(/\s+/);
    if (raw.trim() === '') continue;
    const [a = '', b = '', c = '', d = ''] = fields;
    // LFW's head: folds and pairs per fold.
    if (line === 0 && fields.length <= 2 && fields.every((field) => /^\d+$/.test(field))) continue;
    if (fields.length === 3 && (c === '0' || c === '1') && /[./]/.test(a)) pairs.push({ first: a, second: b, isSame: c === '1' });
    else if (fields.length === 3 && isNumber(b) && isNumber(c)) {
      pairs.push({ first: lfwFile(a, b), second: lfwFile(a, c), isSame: true });
    } else if (fields.length === 4 && isNumber(b) && isNumber(d)) {
      pairs.push({ first: lfwFile(a, b), second: lfwFile(c, d), isSame: false });
    } else {
      const message = `${file}: line ${line + 1} is no pair. Expected "name n1 n2", "name1 n1 name2 n2" or "path1 path2 0|1".`;
      throw new ArcFleetError('dataset_invalid', message, { file, line: line + 1 });
    }
  }
  if (pairs.length === 0) throw new ArcFleetError('dataset_invalid', `${file} holds no pair`, { file });
  return pairs;
}

const isNumber = (text: string): boolean => /^\d{1,8}$/.test(text);

/** Name_0001 in the folder Name, as LFW has it. */
const lfwFile = (name: string, number: string): string => join(name, `${name}_${number.padStart(4, '0')}.jpg`);

/** The file, or where the list says jpg a png of that name. */
async function readImage(root: string, name: string): Promise<Uint8Array> {
  const path = resolve(root, name);
  if (relative(resolve(root), path).startsWith('..')) {
    throw new ArcFleetError('dataset_invalid', `${name} leads out of ${root}`, { file: path });
  }
  return readFile(path).catch(async (error: Error) => {
    const other = await readFile(path.replace(/\.jpg$/, '.png')).catch(() => undefined);
    if (other) return other;
    throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${error.message}`, { file: path }, { cause: error });
  });
}
