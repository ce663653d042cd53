import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import { readImageFile } from '../image-folder/image-files.js';
import { readPairsFile } from '../pairs-file.js';
import { encodeVerificationSet } from '../verification-set.js';
import { encodeFace } from './encode-face.js';
import { readAhead } from './read-ahead.js';
import { writeCompleteFile, type WriteCompleteOptions } from './write-complete.js';

const IMAGES_AHEAD = 16;

export interface PairsToBinOptions extends Omit<WriteCompleteOptions, 'inputs'> {
  /** Default 112 x 112. */
  readonly size?: ImageSize | undefined;
  /** JPEG quality that every image is encoded anew with; default: only images of another size are, with 95. */
  readonly quality?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Makes a verification `.bin` of a list of pairs and the images that it names.
 * Lists are those of {@link openPairsFile}.
 * @throws ArcFleetError `dataset_invalid` naming list and line, `dataset_not_found`, `dataset_corrupt` naming the image
 */
export async function pairsToBin(
  pairsFile: string,
  root: string,
  output: string,
  options: PairsToBinOptions = {},
): Promise<{ numPairs: number; numSame: number }> {
  const { size = { height: 112, width: 112 }, quality, signal, onProgress } = options;
  const { images: names, isSame } = await readPairsFile(pairsFile);
  return writeCompleteFile(output, options, async (temporary) => {
    const images: Uint8Array[] = [];
    const encode = async (name: string): Promise<Uint8Array> =>
      encodeFace(await readImage(root, name), size, quality, join(root, name));
    for await (const image of readAhead(names, IMAGES_AHEAD, encode)) {
      signal?.throwIfAborted();
      images.push(image);
      onProgress?.(images.length, names.length);
    }
    await writeFile(temporary, encodeVerificationSet(images, isSame));
    return { numPairs: isSame.length, numSame: isSame.reduce((sum, same) => sum + same, 0) };
  });
}

/** The file, or where the list says jpg a png of that name. */
async function readImage(root: string, name: string): Promise<Uint8Array> {
  return readImageFile(join(root, name), { root }).catch((error: unknown) => {
    const other = name.replace(/\.jpg$/, '.png');
    if (other === name || !(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    return readImageFile(join(root, other), { root }).catch(() => {
      throw error;
    });
  });
}
